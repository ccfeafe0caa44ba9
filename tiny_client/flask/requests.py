"""Gives each request of a visitor an id, and its fragments' fetches the headers that go along."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from flask import Flask, Request, Response, request

from tiny_client.request_context import RequestContext, current_request

__all__ = ["REQUEST_ID", "watch_requests"]

REQUEST_ID = "X-Request-Id"

# What others send is written to logs and headers, so it may not be just anything.
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

_KEPT = "tiny_mosaic.request"


def watch_requests(app: Flask, forward_headers: Sequence[str]) -> None:
    """Set `current_request` for each request of `app`, and say its id in the response.

    The id is that of the `X-Request-Id` which came (1 to 128 letters, digits, `.`, `_` and `-`),
    else a new one. `forward_headers` names what goes along to the registry.
    """

    def begin() -> None:
        context = _context_of(request, forward_headers)
        request.environ[_KEPT] = context
        current_request.set(context)

    def end(response: Response) -> Response:
        context = request.environ.get(_KEPT)
        if context is not None:
            response.headers.setdefault(REQUEST_ID, context.request_id)
            # Not at the end of the request, which comes before a streamed page does.
            response.call_on_close(_forget)
        return response

    app.before_request(begin)
    app.after_request(end)


def _context_of(asked: Request, forward_headers: Sequence[str]) -> RequestContext:
    given = asked.headers.get(REQUEST_ID, "")
    request_id = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(16)
    headers = {name: value for name in forward_headers if (value := asked.headers.get(name))}
    return RequestContext(request_id, headers)


def _forget() -> None:
    current_request.set(None)
