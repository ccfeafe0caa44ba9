"""The routes that the extension adds: built files, health, metrics and (where it is on) preview."""

from __future__ import annotations

from functools import cache

import brotli
import msgspec
import zstandard
from flask import Blueprint, Response, abort, request

from tiny_client.assets import packaged_assets
from tiny_client.flask.preview import preview
from tiny_client.flask.state import current_state
from tiny_client.observe.metrics import CONTENT_TYPE
from tiny_client.settings import PageSettings

__all__ = ["make_blueprint"]

_YEAR_SECONDS = 31_536_000
_BROTLI_QUALITY = 11
_ZSTD_LEVEL = 19


def make_blueprint(settings: PageSettings) -> Blueprint:
    """Return the blueprint with the routes that `settings` ask for."""
    blueprint = Blueprint("tiny_mosaic", __name__, template_folder="templates")
    blueprint.add_url_rule("/tiny/assets/<file>", "asset", _asset)
    # The packaged runtimes have the addresses that bundles have at a registry.
    blueprint.add_url_rule("/tiny/bundle/<file>", "bundle", _asset)
    if settings.preview:
        blueprint.add_url_rule("/tiny/preview/<name>/<contract_version>", "preview", preview)
    if settings.health_routes:
        blueprint.add_url_rule("/healthz", "healthz", _healthz)
        blueprint.add_url_rule("/readyz", "readyz", _readyz)
        blueprint.add_url_rule("/metrics", "metrics", _metrics)
    return blueprint


def _asset(file: str) -> Response:
    if file not in _asset_names():
        abort(404)
    encoding = request.accept_encodings.best_match(("br", "zstd", "identity"), "identity")
    body = _asset_bytes(file, encoding)
    response = Response(body, mimetype="text/javascript")
    if encoding != "identity":
        response.content_encoding = encoding
    response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    response.cache_control.max_age = _YEAR_SECONDS
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(f"{file}-{encoding}")
    response.make_conditional(request)
    return response


@cache
def _asset_bytes(file: str, encoding: str) -> bytes:
    content = (packaged_assets().folder / file).read_bytes()
    if encoding == "br":
        return bytes(brotli.compress(content, quality=_BROTLI_QUALITY))
    if encoding == "zstd":
        return zstandard.compress(content, level=_ZSTD_LEVEL)
    return content


@cache
def _asset_names() -> frozenset[str]:
    return frozenset(path.name for path in packaged_assets().folder.iterdir())


def _healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


def _readyz() -> Response:
    """Answer 200 where this process can compose pages, 503 where it cannot; why, as JSON."""
    verdict = current_state().readiness.check()
    body = {"ready": verdict.ready, "reasons": verdict.reasons, **verdict.saw}
    status = 200 if verdict.ready else 503
    response = Response(msgspec.json.encode(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _metrics() -> Response:
    return Response(current_state().metrics.text(), content_type=CONTENT_TYPE)
