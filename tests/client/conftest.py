"""A Flask app on a fake registry, with an engine that renders in Python or the real one."""

from __future__ import annotations

import pytest
from flask import Flask
from jinja2 import DictLoader

from tiny_client import TinyFrontends
from tiny_client.testing import FakeRegistry, no_leaks

PLAIN = {"runtime": {"name": "plain", "contractVersion": "1"}}

GREETING = """
module.exports = {
  default: { render: (props) => `<p>Hello ${props.name}</p>`, mount() {} },
  Small: (props) => `<small>${props.name}</small>`,
};
"""


@pytest.fixture(autouse=True)
def leave_nothing_behind():
    with no_leaks():
        yield


@pytest.fixture
def registry():
    with FakeRegistry() as registry:
        yield registry


@pytest.fixture
def make_app(registry):
    """Return a function that makes an app with these templates and settings."""
    made: list[tuple[TinyFrontends, Flask]] = []

    def make(templates: dict[str, str] | None = None, **settings) -> Flask:
        app = Flask("shop")
        app.jinja_loader = DictLoader(
            {f"{name}.html": source for name, source in (templates or {}).items()}
        )
        app.config.update(TINY_API_URL=registry.url, TINY_CACHE_DIR=None, **settings)
        tiny = TinyFrontends(app)
        made.append((tiny, app))

        @app.get("/<template>")
        def show(template: str):
            return tiny.render_page(f"{template}.html")

        return app

    yield make
    for tiny, app in made:
        tiny.close(app)
