"""Sends a composed page: whole or streamed, compressed, conditional, announced by early hints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from flask import Response
from werkzeug.http import parse_etags

from tiny_client.composition import Page, WholePage
from tiny_client.compression import CompressionSettings, Encoder, choose_encoding, encoder
from tiny_client.observe.server_timing import server_timing
from tiny_client.page import early_hints

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    _Headers = list[tuple[str, str]]

__all__ = ["PageResponse", "send_early_hints"]

log = logging.getLogger("tiny_client")

_CONTENT_TYPE = ("Content-Type", "text/html; charset=utf-8")
_VARY = ("Vary", "Accept-Encoding")


class _PageBody:
    """The page as an iterable of chunks, for Flask and for whoever wraps or reads the response."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __iter__(self) -> Iterator[bytes]:
        return self._page.chunks()

    def close(self) -> None:
        self._page.close()


class PageResponse(Response):
    """The response that sends a page.

    Status and headers may be changed as of any Flask response; what depends on the page being
    ready is settled when the headers go. Where its data was read or replaced by then, it is sent
    as any response is.
    """

    def __init__(
        self, page: Page, compression: CompressionSettings, headers: list[tuple[str, str]]
    ) -> None:
        self._body = _PageBody(page)
        super().__init__(self._body, headers=[_CONTENT_TYPE, *headers])
        self._page = page
        self._compression = compression

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the page; what depends on its slots is settled here, when the headers go."""
        if self.response is not self._body:
            return super().__call__(environ, start_response)
        page = self._page
        whole = page.whole()
        # Not through `self.headers`, which looks among all for each that is set.
        headers = self.headers.to_wsgi_list()
        given = {name.lower(): value for name, value in headers}
        timing = server_timing(page.ended())
        if timing:
            headers.append(("Server-Timing", timing))
        if self._compression.compression:
            headers = _with_vary(headers, given)
        method = environ["REQUEST_METHOD"]
        status = self.status
        body: Iterable[bytes] = ()
        etag = self._etag(whole, method, given, headers)
        if etag and _is_known(etag, environ):
            status = "304 NOT MODIFIED"
            headers = _without_the_page(headers)
        else:
            encoding = self._choose_encoding(environ, whole, given)
            body = self._encoded(whole, encoding, headers)
        start_response(status, headers)
        return _Sent(() if method == "HEAD" else body, self.close)

    def _etag(
        self, whole: WholePage | None, method: str, given: Mapping[str, str], headers: _Headers
    ) -> str:
        """Return the page's ETag, which is among its headers then; empty where it has none."""
        if whole is None or self.status_code != 200 or method not in ("GET", "HEAD"):
            return ""
        if "etag" in given:
            return given["etag"]
        # Weak: its nonce, and how it is compressed, are others each time.
        etag = f'W/"{whole.etag}"'
        headers.append(("ETag", etag))
        return etag

    def _choose_encoding(
        self, environ: WSGIEnvironment, whole: WholePage | None, given: Mapping[str, str]
    ) -> str | None:
        if not self._compression.compression:
            return None
        if "content-encoding" in given or "no-transform" in given.get("cache-control", ""):
            return None
        if whole is not None and len(whole.content) < self._compression.compression_min_bytes:
            return None
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        return choose_encoding(accepted) if accepted else None

    def _encoded(
        self, whole: WholePage | None, encoding: str | None, headers: _Headers
    ) -> Iterable[bytes]:
        """Return what is sent and add the headers that describe it."""
        compressor = None
        if encoding is not None:
            headers.append(("Content-Encoding", encoding))
            compressor = encoder(encoding, self._compression)
        if whole is None:
            return _compressed(self._page.chunks(), compressor)
        content = whole.content if compressor is None else compressor.finish(whole.content)
        headers.append(("Content-Length", str(len(content))))
        return (content,)


def _is_known(etag: str, environ: WSGIEnvironment) -> bool:
    """Say whether the browser has this very page."""
    asked = environ.get("HTTP_IF_NONE_MATCH")
    return bool(asked) and parse_etags(asked).contains_raw(etag)


def _without_the_page(headers: _Headers) -> _Headers:
    # A cache updates the headers that it has by those of a 304, and a policy with the nonce of
    # now would block every script of the page that it kept with the nonce of then.
    left_out = ("content-security-policy", "content-type")
    return [pair for pair in headers if not pair[0].lower().startswith(left_out)]


def _with_vary(headers: _Headers, given: Mapping[str, str]) -> _Headers:
    """Return `headers` with a `Vary` that names the header by which encodings are chosen."""
    vary = given.get("vary")
    if vary is None:
        return [*headers, _VARY]
    if vary == "*" or "accept-encoding" in vary.lower():
        return headers
    return [
        (name, f"{value}, {_VARY[1]}") if name.lower() == "vary" else (name, value)
        for name, value in headers
    ]


class _Sent:
    """What a WSGI server iterates, and closes however that ends."""

    def __init__(self, chunks: Iterable[bytes], close: Callable[[], None]) -> None:
        self._chunks = chunks
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)

    def close(self) -> None:
        try:
            # A generator that stopped at a chunk is told that nobody wants the rest.
            end: Callable[[], Any] | None = getattr(self._chunks, "close", None)
            if end is not None:
                end()
        finally:
            self._close()


def _compressed(chunks: Iterator[bytes], compressor: Encoder | None) -> Iterator[bytes]:
    if compressor is None:
        yield from chunks
        return
    for chunk in chunks:
        yield compressor.chunk(chunk)
    yield compressor.finish()


def send_early_hints(page: Page, environ: WSGIEnvironment) -> None:
    """Announce what the page is known to need by a 103 answer, where the server offers that.

    Only to a browser that opens a page: others take a 103 for the answer (Python's own client
    does), or can do nothing with it.
    """
    send = environ.get("wsgi.early_hints")
    if send is None or environ.get("HTTP_SEC_FETCH_MODE") != "navigate":
        return
    links = [("Link", value) for value in early_hints(page.parts())]
    if not links:
        return
    try:
        send(links)
    except Exception as error:
        # The page does without. Where the visitor has gone, the server will find out.
        log.debug("No early hints: %s", error)
