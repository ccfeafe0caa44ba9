"""Make the registry's Flask app."""

from __future__ import annotations

from typing import Final

from flask import Flask

from tiny_api.http import deploying, headers, operating, problems, reading
from tiny_api.http.cache import BundleCache
from tiny_api.http.metrics import Metrics
from tiny_api.http.state import EXTENSION, Registry
from tiny_api.settings import RegistrySettings
from tiny_api.store.engine import open_engine
from tiny_api.store.migrate import upgrade

# Form parts of any kind; a deploy has four texts and a few bundles.
_MAX_FORM_PARTS: Final = 200


def create_app(settings: RegistrySettings | None = None) -> Flask:
    """Open and migrate the database and make the app.

    Without `settings` they come from the environment.
    Raises `SettingsError` for bad settings and `StoreError` for a database that cannot be used.
    """
    settings = RegistrySettings.from_environ() if settings is None else settings
    engine = open_engine(settings)
    upgrade(engine)
    # The pool fills again where the app runs: a connection must not live on across a fork.
    engine.dispose()
    app = Flask("tiny_api", static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_form_text_bytes,
        MAX_FORM_PARTS=_MAX_FORM_PARTS,
    )
    # A double slash is a wrong address, not a redirect.
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = Registry(
        settings, engine, BundleCache(settings.bundle_cache_bytes), Metrics()
    )
    problems.register(app)
    headers.register(app)
    for blueprint in (reading.blueprint, deploying.blueprint, operating.blueprint):
        app.register_blueprint(blueprint)
    return app


def close_app(app: Flask) -> None:
    """Close the app's database connections; for tests and for servers that stop."""
    registry: Registry = app.extensions[EXTENSION]
    registry.engine.dispose()
