"""The HTTP server under the fake registry: answers what it is told, with a fault if one is set."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote, urlsplit

__all__ = ["Fault", "Server"]

_CORS: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

Answer = Callable[[list[str]], tuple[int, dict[str, str], bytes]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to misbehave, at requests whose path contains `only`. `interval` is in seconds."""

    kind: str
    only: str = ""
    where: str = ""
    status: int = 0
    interval: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


class _Gone(Exception):
    """The answer was broken off on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; the second would wait for the first one's receipt.
    disable_nagle_algorithm = True
    owner: Server
    healed: threading.Event

    def setup(self) -> None:
        super().setup()
        self.owner.opened(self.connection)

    def finish(self) -> None:
        self.owner.gone(self.connection)
        with suppress(OSError):
            super().finish()

    def handle(self) -> None:
        with suppress(OSError, _Gone):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: `requests` is the log."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.owner.log.append((self.command, self.path, headers))
        self.healed = self.owner.healed
        self._pause(self.owner.latency)
        fault = self.owner.fault
        if fault is not None and fault.only not in self.path:
            fault = None
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/")[1:]]
        status, answer_headers, body = self.owner.answer(parts)
        if status == 200 and headers.get("if-none-match") == answer_headers.get("ETag"):
            status, body = 304, b""
        if fault is not None and fault.kind == "status":
            status, body, answer_headers = fault.status, b"", {}
        self._send(fault, status, {**_CORS, **answer_headers}, body)

    do_HEAD = do_GET

    def do_OPTIONS(self) -> None:
        """Allow what browsers ask for before a request from another origin."""
        allow = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "*"}
        self._send(None, 204, {**_CORS, **allow}, b"")

    def _send(self, fault: Fault | None, status: int, headers: dict[str, str], body: bytes) -> None:
        kind = "" if fault is None else fault.kind
        if fault is not None:
            headers |= fault.headers
        if kind == "reset":
            self._break_off()
        if kind == "hang" and fault is not None and fault.where == "before headers":
            self._hang()
        if kind == "no length":
            self.close_connection = True
            headers["Connection"] = "close"
        elif status not in (204, 304):
            headers["Content-Length"] = str(len(body))
        lines = [f"HTTP/1.1 {status} -", *(f"{name}: {text}" for name, text in headers.items())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if fault is not None and kind == "hang" and fault.where == "in headers":
            self.connection.sendall(head[: len(head) // 2])
            self._hang()
        dripping = fault if fault is not None and kind == "drip" else None
        self._write(head, dripping if dripping and dripping.where == "headers" else None)
        if self.command == "HEAD":
            return
        if kind == "cut" or (fault is not None and kind == "hang"):
            self.connection.sendall(body[: len(body) // 2])
            if kind == "hang":
                self._hang()
            self._break_off()
        self._write(body, dripping if dripping and dripping.where == "body" else None)

    def _write(self, data: bytes, dripping: Fault | None) -> None:
        if dripping is None:
            self.connection.sendall(data)
            return
        for position in range(len(data)):
            self.connection.sendall(data[position : position + 1])
            self._pause(dripping.interval)

    def _pause(self, seconds: float) -> None:
        if seconds > 0 and self.healed.wait(seconds) and self.owner.fault is None:
            return
        if self.owner.stopped:
            raise _Gone

    def _hang(self) -> None:
        self.healed.wait()
        self._break_off()

    def _break_off(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        raise _Gone


class _HTTPServer(ThreadingHTTPServer):
    # Not daemons, so that closing the server waits for them.
    daemon_threads = False
    allow_reuse_address = True
    request_queue_size = 128


class Server:
    """Serves `answer` on one port of 127.0.0.1, which it keeps through `down()` and `up()`."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.fault: Fault | None = None
        self.latency = 0.0
        self.log: list[tuple[str, str, dict[str, str]]] = []
        self.healed = threading.Event()
        self.stopped = False
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._port = 0
        self._http: _HTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base URL. Raises `RuntimeError` before the first `up()`."""
        if not self._port:
            raise RuntimeError("The fake registry is not running. Use it in a with statement")
        return f"http://127.0.0.1:{self._port}"

    def up(self) -> None:
        """Listen."""
        if self._http is not None:
            return
        self.stopped = False
        self.healed = threading.Event()
        handler = type("Handler", (_Handler,), {"owner": self})
        http = _HTTPServer(("127.0.0.1", self._port), handler)
        self._port = http.server_address[1]
        self._thread = threading.Thread(
            target=http.serve_forever, args=(0.02,), name="fake-registry", daemon=True
        )
        self._thread.start()
        self._http = http

    def down(self) -> None:
        """Close the port and every connection, and wait for the threads."""
        http, self._http = self._http, None
        if http is None:
            return
        self.stopped = True
        http.shutdown()
        http.socket.close()
        self.healed.set()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        http.server_close()
        if self._thread is not None:
            self._thread.join()

    def heal(self) -> None:
        """End the fault and wake what hangs."""
        self.fault = None
        self.healed.set()
        self.healed = threading.Event()

    def close(self) -> None:
        """Stop for good."""
        self.heal()
        self.down()

    def opened(self, connection: socket.socket) -> None:
        """Remember a connection, to close it."""
        with self._lock:
            self._connections.add(connection)
        if self.stopped:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def gone(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._connections.discard(connection)
