"""Oat & Ash, the example host: a small tableware shop composed out of fragments.

granian --interface wsgi --factory host_app:create_app
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask

from host_app import cart_views, errors, pages, static_files, visitor_views, wording
from host_app.database import close_connection, ensure_database
from host_app.settings import DEFAULTS, REPOSITORY, from_environ, instance_folder, secret_key

__all__ = ["create_app"]


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the shop, its database made where there is none yet.

    Settings come from the environment (`TINY_*` and `SHOP_*`); those in `config` win.
    """
    given = {**from_environ(os.environ), **(config or {})}
    app = Flask(
        __name__,
        template_folder=str(REPOSITORY / "templates"),
        instance_path=str(instance_folder(given)),
    )
    app.config.from_mapping(DEFAULTS)
    app.config.from_mapping(given)
    app.config["SHOP_DATABASE"] = ensure_database(
        given.get("SHOP_DATABASE") or instance_folder(given) / "shop.db"
    )
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = secret_key(given, instance_folder(given))
    app.config["SESSION_COOKIE_SECURE"] = bool(app.config["SHOP_COOKIE_SECURE"])
    app.config["MAX_CONTENT_LENGTH"] = app.config["SHOP_MAX_BODY_BYTES"]

    pages.tiny.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    static_files.init_app(app)
    wording.init_app(app)
    errors.init_app(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(cart_views.blueprint)
    app.register_blueprint(visitor_views.blueprint)
    app.teardown_appcontext(close_connection)
    return app
