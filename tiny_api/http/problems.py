"""Every error as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import msgspec
from flask import Flask, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 1
_TYPE_PREFIX: Final = "urn:tiny-mosaic:problem:"
_LOG = logging.getLogger("tiny_api")


class Problem(Exception):
    """An answer that says what went wrong; `kind` ends its type URI, `more` adds members."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        title: str = "",
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.title = title or HTTPStatus(status).phrase
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def to_response(self) -> Response:
        """Make the answer for the request at hand."""
        body = {
            "type": _TYPE_PREFIX + self.kind if self.kind else "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": quote(request.path, safe="/:@!$&'()*+,;=~", errors="replace"),
            **self.more,
        }
        response = Response(msgspec.json.encode(body), self.status, mimetype=PROBLEM_JSON)
        response.headers["Cache-Control"] = "no-store"
        response.headers.update(self.headers)
        return response


def register(app: Flask) -> None:
    """Make every error of `app` a problem."""
    app.register_error_handler(Problem, _on_problem)
    app.register_error_handler(HTTPException, _on_http_exception)
    for error in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(error, _on_database_error)
    app.register_error_handler(Exception, _on_bug)


def _on_problem(problem: Problem) -> Response:
    return problem.to_response()


def _on_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    kept = ("Allow", "Retry-After", "WWW-Authenticate")
    given = error.get_response().headers if error.response is None else error.response.headers
    headers = {name: value for name, value in given.items() if name in kept}
    return Problem(
        status, _DETAILS.get(status) or error.description or "", headers=headers
    ).to_response()


_DETAILS: Final = {
    404: "There is nothing at this address. See /openapi.json for what there is.",
    405: "This address does not answer that method. See the Allow header for those it does.",
    413: "The request is larger than this registry accepts.",
}


def _on_database_error(error: Exception) -> Response:
    _LOG.warning("The database did not answer in time: %s", error)
    return Problem(
        503,
        "The registry's database is busy or away. Try again shortly.",
        kind="database-unavailable",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    ).to_response()


def _on_bug(error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.path, exc_info=error)
    return Problem(500, "The registry made a mistake; its log says which.").to_response()
