"""Routes for whoever runs the registry: health, readiness, metrics, the API's description."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tiny_api.http.metrics import CONTENT_TYPE
from tiny_api.http.openapi import document
from tiny_api.http.problems import RETRY_AFTER_SECONDS, Problem
from tiny_api.http.state import registry

blueprint = Blueprint("operating", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process is alive."""
    return _uncached(b'{"status":"ok"}', "application/json")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the process can answer: its database does."""
    try:
        with registry().engine.connect() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except SQLAlchemyError as error:
        raise Problem(
            503,
            "The registry's database does not answer.",
            kind="database-unavailable",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        ) from error
    return _uncached(b'{"status":"ready"}', "application/json")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics of this process."""
    return _uncached(registry().metrics.text(), CONTENT_TYPE)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe what this API does, as OpenAPI 3.1."""
    return _uncached(msgspec.json.encode(document(registry().settings)), "application/json")


def _uncached(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
