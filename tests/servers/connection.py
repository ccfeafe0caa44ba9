"""One HTTP request on a bare socket, to see what arrives when."""

from __future__ import annotations

import socket
from typing import Self
from urllib.parse import urlsplit

SOCKET_TIMEOUT_SECONDS = 60.0


class Connection:
    """Sends a GET request and returns what arrives as text, transfer encoding and all."""

    def __init__(
        self, url: str, path: str, *, timeout: float = SOCKET_TIMEOUT_SECONDS, **headers: str
    ) -> None:
        address = urlsplit(url)
        self._socket = socket.create_connection((address.hostname, address.port), timeout=timeout)
        lines = [f"GET {path} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def read_until(self, text: str) -> str:
        """Return what has arrived once `text` has; fail where the answer ends without it."""
        arrived = ""
        while text not in arrived:
            data = self._socket.recv(65536)
            assert data, f"{text!r} never came:\n{arrived}"
            arrived += data.decode()
        return arrived

    def rest(self) -> str:
        """Return what arrives until the server closes the connection."""
        arrived = b""
        while data := self._socket.recv(65536):
            arrived += data
        return arrived.decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()
