"""What a visitor, or a script, gets when something went wrong."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

__all__ = ["init_app"]

log = logging.getLogger("host_app")

# Those that people meet have words of their own, in every language.
_WORDED = (404, 500)


def init_app(app: Flask) -> None:
    """Answer every error of `app` as a page, or as problem JSON where JSON was sent."""
    app.register_error_handler(HTTPException, _answer)
    app.after_request(_add_headers)


def _answer(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if error.response is not None or status < 400:
        # A redirect, or an answer that somebody made by hand.
        return AnyResponse.force_type(error.get_response(), request.environ)
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        log.error("%s %s failed", request.method, request.path, exc_info=error.original_exception)
    answer = _problem(error, status) if _wants_json() else _page(error, status)
    for name, value in error.get_headers(request.environ):
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html")
    return request.is_json or request.method == "PUT" or best == "application/json"


def _problem(error: HTTPException, status: int) -> Response:
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": error.description}
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def _page(error: HTTPException, status: int) -> Response:
    page = render_template(
        "error.html",
        status=status,
        worded=status in _WORDED,
        phrase=HTTPStatus(status).phrase,
        text=error.description or "",
    )
    return Response(page, status)


def _add_headers(response: AnyResponse) -> AnyResponse:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.mimetype == "text/html":
        # Pages that are not composed of fragments have no script at all.
        headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'self'",
        )
    return response
