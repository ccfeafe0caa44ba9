"""Gives each request of a visitor an id, and its fragments' fetches the headers that go along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tiny_client.request_context import RequestContext, current_request
from tiny_client.tokens import random_token

if TYPE_CHECKING:
    from types import TracebackType

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    _Headers = list[tuple[str, str]]
    _ExcInfo = (
        tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None
    )

__all__ = ["REQUEST_ID", "watch_requests"]

REQUEST_ID = "X-Request-Id"
_LOWER = REQUEST_ID.lower()

# What others send is written to logs and headers, so it may not be just anything.
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


def watch_requests(app: WSGIApplication, forward_headers: Sequence[str]) -> WSGIApplication:
    """Return `app`, with `current_request` set in each request and its id in the response.

    The id is that of the `X-Request-Id` which came (1 to 128 letters, digits, `.`, `_` and `-`),
    else a new one. `forward_headers` names what goes along to the registry.

    Around Flask and not in it: a function before and one after each request cost more than all
    that these do, and what the server itself says of an error would have no id.
    """
    keys = [(name, f"HTTP_{name.upper().replace('-', '_')}") for name in forward_headers]

    def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID")
        request_id = given if given and _GOOD_ID.fullmatch(given) else random_token()
        headers = {name: value for name, key in keys if (value := environ.get(key))}
        current_request.set(RequestContext(request_id, headers))

        def start(
            status: str, headers: _Headers, exc_info: _ExcInfo = None, /
        ) -> Callable[[bytes], object]:
            if not any(name.lower() == _LOWER for name, _ in headers):
                headers.append((REQUEST_ID, request_id))
            return start_response(status, headers, exc_info)

        return _Answer(app(environ, start))

    return watched


class _Answer:
    """What a WSGI server iterates; the request is over when it closes it."""

    __slots__ = ("_body",)

    def __init__(self, body: Iterable[bytes]) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        try:
            end = getattr(self._body, "close", None)
            if end is not None:
                end()
        finally:
            current_request.set(None)
