"""Headers that every answer carries, and the count of every request."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from flask import Flask, Response, g, request

from tiny_api.http.state import registry

ALLOWED_HEADERS: Final = "Authorization, Content-Type, If-None-Match"
EXPOSED_HEADERS: Final = "ETag, Location, Retry-After, WWW-Authenticate"
PREFLIGHT_SECONDS: Final = 7200
# Any method name would be a label of its own; these are the ones there are.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})


def register(app: Flask) -> None:
    """Let any page on any origin read, for reads carry no credentials, and count requests."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.started = perf_counter()


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
    headers["X-Content-Type-Options"] = "nosniff"
    if request.method == "OPTIONS" and "Allow" in headers:
        headers["Access-Control-Allow-Methods"] = headers["Allow"]
        headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        headers["Cache-Control"] = "no-store"
    route = "unknown" if request.url_rule is None else request.url_rule.rule
    method = request.method if request.method in _METHODS else "other"
    metrics = registry().metrics
    metrics.requests.labels(route, method, response.status_code).inc()
    started = g.get("started")
    if started is not None:
        metrics.seconds.labels(route).observe(perf_counter() - started)
    return response
