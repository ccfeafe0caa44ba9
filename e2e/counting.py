"""A proxy before the registry that counts what browsers download through it."""

from __future__ import annotations

from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self

import requests

# What belongs to one connection and is not handed on.
HOP_HEADERS = {"connection", "keep-alive", "transfer-encoding", "host"}


class CountingProxy:
    """Passes every GET on to `target` and counts those of browsers by their path."""

    def __init__(self) -> None:
        self.target = ""
        self.browser_requests: Counter[str] = Counter()
        self._lock = Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        if "Mozilla" in handler.headers.get("User-Agent", ""):
            with self._lock:
                self.browser_requests[handler.path] += 1
        headers = {
            name: value
            for name, value in handler.headers.items()
            if name.lower() not in HOP_HEADERS
        }
        answer = requests.get(self.target + handler.path, headers=headers, timeout=10, stream=True)
        body = answer.raw.read(decode_content=False)
        handler.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in {*HOP_HEADERS, "content-length"}:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
