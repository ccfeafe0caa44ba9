"""A page served by a real server, read chunk by chunk, with fragments that wait for the test."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tiny_client.errors import ComponentError, RenderTimeout
from tiny_client.records import Engine, RenderJob

LONG = {"TINY_FRAGMENT_TIMEOUT": 60, "TINY_PAGE_TIMEOUT": 60, "TINY_BREAKER_ENABLED": False}
"""Settings with which only the test decides what is late."""


class Gates:
    """An engine that renders a fragment behind a gate when the test opens it."""

    def __init__(self, inner: Engine) -> None:
        self._inner = inner
        self._gates: dict[str, threading.Event] = {}
        self._failing: set[str] = set()

    def shut(self, *names: str) -> None:
        for name in names:
            self._gates[name] = threading.Event()

    def open(self, *names: str) -> None:
        for name in names or list(self._gates):
            self._gates[name].set()

    def fail(self, name: str) -> None:
        """Open a gate, and let what is behind it fail."""
        self._failing.add(name)
        self.open(name)

    def render(self, job: RenderJob, *, timeout: float) -> str:
        gate = self._gates.get(job.fragment)
        if gate is not None:
            if not gate.wait(timeout):
                raise RenderTimeout("its gate is shut", fragment=job.fragment, release=job.release)
            if job.fragment in self._failing:
                raise ComponentError("it is to fail", fragment=job.fragment, release=job.release)
        return self._inner.render(job, timeout=timeout)

    def warm(self, job: RenderJob, *, timeout: float) -> None:
        self._inner.warm(job, timeout=timeout)

    def stats(self):
        return self._inner.stats()

    def close(self) -> None:
        self.open()
        self._inner.close()


def put_gates(app: Flask) -> Gates:
    client = app.extensions["tiny_mosaic"].composition.client
    client.engine = gates = Gates(client.engine)
    return gates


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: object) -> None:
        pass


class Answer:
    """A response that is read as it comes."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self.text = ""

    def until(self, text: str) -> str:
        """Read until `text` has come, and return all that has come; it fails where the page ends.

        What comes is read as it is sent, so what stands after `text` in it was sent with it.
        """
        while text not in self.text:
            chunk = self.chunk()
            assert chunk, f"the page ended without {text!r}: {self.text}"
            self.text += chunk.decode()
        return self.text

    def chunk(self) -> bytes:
        return self._response.read1(65536)

    def rest(self) -> str:
        while chunk := self.chunk():
            self.text += chunk.decode()
        return self.text


class Visitor:
    """Asks one server for pages."""

    def __init__(self, port: int) -> None:
        self.port = port

    @contextmanager
    def get(self, path: str, method: str = "GET", **headers: str) -> Iterator[Answer]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=named)
            with connection.getresponse() as response:
                yield Answer(response)
        finally:
            connection.close()


@contextmanager
def served(app: Flask) -> Iterator[Visitor]:
    """Serve `app` on a free port of 127.0.0.1."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Visitor(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
