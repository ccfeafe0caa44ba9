"""The host that the servers of test_servers.py run: one page, and whose process answered."""

from __future__ import annotations

import os

from flask import Flask, Response
from jinja2 import DictLoader

from tiny_client import TinyFrontends
from tiny_client.settings import from_environ

PAGE = '<head>{{ fragment_head() }}</head>{{ fragment("Greeting", "1.0.0", name="x") }}'


def create_app() -> Flask:
    app = Flask("hosted")
    app.jinja_loader = DictLoader({"home.html": PAGE})
    app.config.update(from_environ(os.environ), TINY_CACHE_DIR=None, TINY_ENGINE_WORKERS=1)
    tiny = TinyFrontends(app)

    @app.get("/")
    def home() -> Response:
        response = tiny.render_page("home.html")
        response.headers["X-Process"] = str(os.getpid())
        return response

    return app
