"""The templates' words: each carries its key, so that the shop's script can say it anew.

In a template, `{{ t("nav.shop") }}` is an element, `{{ plain("nav.shop") }}` the text alone,
`{{ attr("alt", "home.picture") }}` an attribute, and `{{ said("home.title") }}` the marks of an
element that has the text as its content.
"""

from __future__ import annotations

from flask import Flask
from flask import json as flask_json
from markupsafe import Markup

from host_app.texts import say
from host_app.visitor import load_preferences

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Give the templates their words, and what the visitor prefers."""
    app.jinja_env.globals.update(t=_t, plain=_plain, attr=_attr, said=_said)
    app.context_processor(lambda: {"preferences": load_preferences()})


def _plain(key: str, /, **args: object) -> str:
    return say(load_preferences().locale, key, args)


def _t(key: str, /, **args: object) -> Markup:
    return Markup("<span{}>{}</span>").format(_said(key, **args), _plain(key, **args))


def _said(key: str, /, **args: object) -> Markup:
    marks = Markup(' data-t="{}"').format(key)
    return marks + _args(args)


def _attr(name: str, key: str, /, **args: object) -> Markup:
    text = _plain(key, **args)
    return Markup(' {}="{}" data-t-{}="{}"').format(name, text, name, key) + _args(args)


def _args(args: dict[str, object]) -> Markup:
    if not args:
        return Markup("")
    return Markup(' data-t-args="{}"').format(flask_json.dumps(args))
