"""A host for the browser tests, with the pages that a shop has no reason to have."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, render_template, request, send_from_directory

from tiny_client import TinyFrontends
from tiny_client.settings import from_environ

HOSTILE = "</script><script>window.__broken = true</script><!-- \u2028 \u2029 \"' &amp;"

CART = {
    "items": [{"id": "mug", "name": "Mug", "priceCents": 1250, "quantity": 2}],
    "currency": "EUR",
    "cartUrl": "/cart",
}


def create_app() -> Flask:
    """Return the app; its settings come from the environment."""
    app = Flask(__name__)
    app.config.update(from_environ(os.environ))
    tiny = TinyFrontends(app)
    # Scripts that a test has bundled for one of these pages.
    scripts = Path(os.environ.get("LAB_SCRIPTS", "."))

    @app.get("/lab/<page>")
    def lab(page: str) -> Response:
        return tiny.render_page(
            f"{page}.html",
            api_url=app.config["TINY_API_URL"],
            cart=CART,
            hostile=HOSTILE,
            query=request.args,
        )

    @app.get("/plain/<page>")
    def plain(page: str) -> str:
        return render_template(f"{page}.html", api_url=app.config["TINY_API_URL"], cart=CART)

    @app.get("/scripts/<name>")
    def script(name: str) -> Response:
        return send_from_directory(scripts, name, mimetype="text/javascript")

    return app
