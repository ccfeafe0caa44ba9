"""Sends a composed page: whole or streamed, compressed, conditional, announced by early hints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from flask import Response
from werkzeug.http import parse_etags

from tiny_client.composition import Page, WholePage
from tiny_client.compression import CompressionSettings, Encoder, choose_encoding, encoder
from tiny_client.observe.server_timing import server_timing
from tiny_client.page import early_hints

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["PageResponse", "send_early_hints"]

log = logging.getLogger("tiny_client")


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

    def __init__(self, page: Page, compression: CompressionSettings) -> None:
        self._body = _PageBody(page)
        super().__init__(self._body, content_type="text/html; charset=utf-8")
        self._page = page
        self._compression = compression

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the page; what depends on its slots is settled here, when the headers go."""
        if self.response is not self._body:
            return super().__call__(environ, start_response)
        page = self._page
        whole = page.whole()
        timing = server_timing(page.ended())
        if timing:
            self.headers.add("Server-Timing", timing)
        if whole is not None and self._is_known(whole, environ):
            self._leave_out_the_page()
            body: Iterable[bytes] = ()
        else:
            encoding = self._choose_encoding(environ, whole)
            body = self._encoded(whole, encoding, bodiless=environ["REQUEST_METHOD"] == "HEAD")
        start_response(self.status, self.headers.to_wsgi_list())
        return _Sent(body, self.close)

    def _is_known(self, whole: WholePage, environ: WSGIEnvironment) -> bool:
        """Give the page its ETag, and say whether the browser has this very page."""
        if self.status_code != 200 or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        if "ETag" not in self.headers:
            # Weak: its nonce, and how it is compressed, are others each time.
            self.headers.add("ETag", f'W/"{whole.etag}"')
        asked = environ.get("HTTP_IF_NONE_MATCH")
        return bool(asked) and parse_etags(asked).contains_raw(self.headers["ETag"])

    def _leave_out_the_page(self) -> None:
        self.status_code = 304
        # A cache updates the headers that it has by those of a 304, and a policy with the nonce of
        # now would block every script of the page that it kept with the nonce of then.
        for name in [name for name, _ in self.headers]:
            if name.lower().startswith(("content-security-policy", "content-type")):
                del self.headers[name]
        self._vary()

    def _choose_encoding(self, environ: WSGIEnvironment, whole: WholePage | None) -> str | None:
        if not self._compression.compression:
            return None
        self._vary()
        if "Content-Encoding" in self.headers or "no-transform" in self.headers.get(
            "Cache-Control", ""
        ):
            return None
        if whole is not None and len(whole.content) < self._compression.compression_min_bytes:
            return None
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        return choose_encoding(accepted) if accepted else None

    def _vary(self) -> None:
        if not self._compression.compression:
            return
        if "Vary" in self.headers:
            self.vary.add("Accept-Encoding")
        else:
            self.headers.add("Vary", "Accept-Encoding")

    def _encoded(
        self, whole: WholePage | None, encoding: str | None, *, bodiless: bool
    ) -> Iterable[bytes]:
        """Return what is sent and set the headers that describe it."""
        compressor = None
        if encoding is not None:
            self.headers.add("Content-Encoding", encoding)
            compressor = encoder(encoding, self._compression)
        if whole is None:
            return () if bodiless else _compressed(self._page.chunks(), compressor)
        content = whole.content if compressor is None else compressor.finish(whole.content)
        self.headers.add("Content-Length", str(len(content)))
        return () if bodiless else (content,)


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
