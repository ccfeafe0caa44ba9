"""Tells requests of the shop's own pages from those that another site makes a browser send."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from werkzeug.wrappers import Request

__all__ = ["is_cross_site", "refuse_other_sites", "return_path"]

_READING = ("GET", "HEAD", "OPTIONS")


def is_cross_site(request: Request) -> bool:
    """Say whether a browser tells us that another site caused `request`.

    Where the browser sends neither Sec-Fetch-Site nor Origin (old ones, command line tools) the
    answer is no: the session cookie is SameSite=Lax, so such a request carries no cart.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        # "none": typed into the address bar or sent again by the visitor.
        return fetch_site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    # Hosts are compared without schemes: behind a proxy the shop does not know that it is HTTPS.
    return origin is not None and urlsplit(origin).netloc != request.host


def refuse_other_sites() -> None:
    """Stop what another site makes a visitor's browser send; runs before each view that writes."""
    if flask.request.method not in _READING and is_cross_site(flask.request):
        flask.abort(403, "This can only be changed from the shop's own pages")


def return_path(request: Request, otherwise: str) -> str:
    """Return path and query of the page that `request` came from, if it is one of ours."""
    parts = urlsplit(request.referrer or "")
    path = parts.path
    # `//other.example` and `/\\other.example` would lead a browser to another site.
    ours = parts.netloc == request.host and path.startswith("/")
    if not ours or path.startswith("//") or "\\" in path:
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path
