"""The Flask extension: `render_page`, the template functions, and the routes a page needs.

    tiny = TinyFrontends(app)
    return tiny.render_page("home.html", items=items)

and in the template `{{ fragment_head() }}` and `{{ fragment("Cart", "1.0.0", items=items) }}`;
`{{ bus_state("shop:cart", cart) }}` gives the page's bus a value to begin with.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response, render_template
from markupsafe import Markup, escape

from tiny_client.client import TinyClient
from tiny_client.composition import Page, SlotRequest
from tiny_client.errors import ConfigurationError
from tiny_client.flask.requests import watch_requests
from tiny_client.flask.routes import make_blueprint
from tiny_client.flask.security import add_report_route
from tiny_client.flask.state import (
    EXTENSION,
    current_state,
    make_state,
    new_page,
    page_response,
)
from tiny_client.html import HYDRATION_STRATEGIES, canonical_json, state_element
from tiny_client.observe.logs import configure
from tiny_client.settings import read

__all__ = ["TinyFrontends"]

_current_page: ContextVar[Page] = ContextVar("tiny_page")


class TinyFrontends:
    """Puts fragments into the pages of a Flask app.

    The settings are read from `app.config` (`TINY_API_URL` and the others named in
    docs/reference/settings.md) when the app is bound.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Bind to `app`: read its settings, add the template functions and the routes.

        Raises `ConfigurationError` for a setting that is missing, unknown or of the wrong type.
        """
        if EXTENSION in app.extensions:
            raise ConfigurationError("TinyFrontends is bound to this app already; bind it once")
        settings = read(app.config)
        state = make_state(app, settings)
        app.extensions[EXTENSION] = state
        weakref.finalize(app, state.close)
        app.jinja_env.globals.update(
            fragment=_fragment,
            fragment_fallback=_fragment_fallback,
            fragment_head=_fragment_head,
            bus_state=_bus_state,
            csp_nonce=_csp_nonce,
        )
        blueprint = make_blueprint(settings.page)
        add_report_route(blueprint, settings.security, state.metrics.browser_report)
        app.register_blueprint(blueprint)
        forward_headers = settings.observe.forward_headers
        app.wsgi_app = watch_requests(app.wsgi_app, forward_headers)  # type: ignore[assignment, method-assign]
        if settings.observe.log_format is not None:
            configure(settings.observe.log_format)

    def render_page(self, template: str, /, **context: Any) -> Response:
        """Render a template that has fragments in it and return the response that streams it.

        The response is HTML with a Content-Security-Policy of its own nonce; set its status or
        further headers as on any Flask response.
        """
        page = new_page()
        token = _current_page.set(page)
        try:
            return page_response(page, render_template(template, **context))
        except BaseException:
            page.close()
            raise
        finally:
            _current_page.reset(token)

    @property
    def client(self) -> TinyClient:
        """The current app's client."""
        return current_state().composition.client

    def close(self, app: Flask) -> None:
        """Stop the app's threads and workers; without it they end with the app."""
        app.extensions[EXTENSION].close()


def _page(function: str) -> Page:
    try:
        return _current_page.get()
    except LookupError:
        raise ConfigurationError(
            f"{function}() was called outside a page. Return "
            "tiny.render_page(template, …) from the view instead of render_template(template, …)"
        ) from None


def _fragment(
    *target: str,
    export: str | None = None,
    hydrate: str = "load",
    fallback: str | None = None,
    timeout: float | None = None,
    stream: bool | None = None,
    **props: Any,
) -> Markup:
    """Open a slot: `fragment(name, contract_version, **props)`.

    `fallback` is text, or Markup for HTML; `timeout` is in seconds. With `stream` a slot that is
    not ready in its turn comes later in the response; None takes the setting.
    """
    page = _page("fragment")
    name, contract_version = _target(target, props)
    if hydrate not in HYDRATION_STRATEGIES:
        raise ConfigurationError(
            f"hydrate={hydrate!r} of fragment {name!r} is not one of "
            f"{', '.join(HYDRATION_STRATEGIES)}"
        )
    slot = page.open_slot(
        SlotRequest(
            name=name,
            contract_version=contract_version,
            props_json=canonical_json(props),
            export=export,
            hydrate=hydrate,
            fallback=escape(fallback or ""),
            timeout=timeout,
            stream=stream,
        )
    )
    return page.slot_mark(slot)


def _fragment_fallback(*target: str, caller: Callable[[], str], **arguments: Any) -> Markup:
    """Open a slot by `{% call fragment_fallback("Cart", "1.0.0") %}<p>HTML</p>{% endcall %}`."""
    return _fragment(*target, fallback=Markup(caller()), **arguments)


def _target(given: tuple[str, ...], props: dict[str, Any]) -> tuple[str, str]:
    """Return name and contract version. By position they leave those two words to the props."""
    words = ("name", "contract_version")
    missing = [word for word in words[len(given) :] if word not in props]
    if missing or len(given) > len(words):
        raise ConfigurationError(
            "A fragment is opened by its name and its contract version, then props by keyword: "
            f'fragment("Cart", "1.0.0", items=items). Given: {given!r}'
        )
    name, contract_version = [*given, *(str(props.pop(word)) for word in words[len(given) :])]
    return name, contract_version


def _fragment_head() -> Markup:
    return _page("fragment_head").head_mark()


def _bus_state(key: str, payload: Any) -> Markup:
    """Give the page's bus the value that the state `key` begins with; `payload` as for props."""
    page = _page("bus_state")
    return page.state_mark(state_element(key, payload, page.nonce))


def _csp_nonce() -> str:
    return _page("csp_nonce").nonce
