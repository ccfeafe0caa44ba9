"""What of a visitor's request goes along to the registry: its id, and the headers named for it."""

from __future__ import annotations

import re
from typing import Final

from tiny_client.request_context import RequestContext

__all__ = ["NEVER_FORWARDED", "forwarded_headers"]

_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE: Final = re.compile(r"[!-~](?:[ -~\t]{0,4094}[!-~])?")
"""Visible ASCII within 4,096 characters: no line break can begin another header."""

NEVER_FORWARDED: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-request-id",
    }
)
"""Headers that belong to the exchange between host and registry and never come from a visitor."""


def forwarded_headers(context: RequestContext | None) -> dict[str, str]:
    """Return the headers that go along with a request to the registry.

    Those are `X-Request-Id` and what the context holds, which is what `TINY_FORWARD_HEADERS`
    names. A header that could change the exchange, or is none, is left out.
    """
    if context is None:
        return {}
    headers = {
        name: value
        for name, value in context.headers.items()
        if _NAME.fullmatch(name) and _VALUE.fullmatch(value) and name.lower() not in NEVER_FORWARDED
    }
    if _VALUE.fullmatch(context.request_id):
        headers["X-Request-Id"] = context.request_id
    return headers
