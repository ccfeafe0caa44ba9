"""The measured host: a Flask app whose pages show the fragments that their address names.

`/page/Pure1,Pure2,Pure3` shows those three. `?props=1000` gives each that many bytes of props,
`?stream=1` lets the late ones come later.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request
from jinja2 import DictLoader

from tiny_client import TinyFrontends
from tiny_client.settings import from_environ

__all__ = ["PAD", "TEMPLATE", "create_app"]

PAD = "BENCH_PAD"
"""Environment: how many bytes a comment adds, so that pages are equally long on every side."""

TEMPLATE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lists</title><!--head--></head>
<body><h1>Lists</h1>
<!--fragments-->
</body></html>
"""
_SLOTS = """{% for name in names -%}
{{ fragment(name, "1.0.0", list=loop.index, fallback="Later", **extra) }}
{%- endfor %}"""


def create_app() -> Flask:
    """Return the app; its settings stand in the environment."""
    app = Flask(__name__)
    app.config.update(from_environ(os.environ))
    padded = TEMPLATE.replace("<!--fragments-->", "<!--fragments-->" + pad())
    page = padded.replace("<!--head-->", "{{ fragment_head() }}")
    app.jinja_loader = DictLoader({"page.html": page.replace("<!--fragments-->", _SLOTS)})
    tiny = TinyFrontends(app)

    @app.get("/page/<names>")
    def show(names: str) -> Response:
        extra: dict[str, object] = {}
        if request.args:
            if size := request.args.get("props", type=int):
                extra["text"] = [{"id": n, "name": "x" * 80} for n in range(size // 100 or 1)]
            if "stream" in request.args:
                extra["stream"] = True
        return tiny.render_page("page.html", names=names.split(","), extra=extra)

    return app


def pad() -> str:
    """Return the comment that makes the page as long as the others' pages."""
    missing = int(os.environ.get(PAD, "0"))
    return f"<!--{'.' * (missing - 7)}-->" if missing else ""
