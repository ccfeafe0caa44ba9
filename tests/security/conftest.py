"""A Flask app on a fake registry, whose responses are looked at as a browser would."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import DictLoader

from tiny_client import TinyFrontends
from tiny_client.testing import FakeRegistry, no_leaks

GREETING = "module.exports = { render: (props) => `<p>Hello ${props.name}</p>`, mount() {} };"
PAGE = (
    "<!doctype html><html><head>{{ fragment_head() }}</head>"
    "<body>{{ fragment('Greeting', '1.0.0', name='Ada') }}</body></html>"
)


@pytest.fixture(autouse=True)
def _no_leaks():
    with no_leaks():
        yield


@pytest.fixture
def registry(_no_leaks):
    with FakeRegistry() as registry:
        registry.deploy(
            "Greeting",
            "1.0.0",
            umd=GREETING,
            css="p{color:red}",
            metadata={"runtime": {"name": "plain", "contractVersion": "1"}},
        )
        yield registry


@pytest.fixture
def make_app(registry):
    """Return a function that makes an app with one page, at `/`, and these settings."""
    made = []

    def make(**settings) -> Flask:
        app = Flask("shop")
        app.jinja_loader = DictLoader({"page.html": PAGE})
        app.config.update(TINY_API_URL=registry.url, TINY_CACHE_DIR=None, **settings)
        tiny = TinyFrontends(app)
        made.append((tiny, app))
        app.add_url_rule("/", "home", lambda: tiny.render_page("page.html"))
        return app

    yield make
    for tiny, app in made:
        tiny.close(app)
