"""What the loader's tests share: a registry, loaders with a clock of their own, a leak check."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tiny_client.loader import Loader, LoaderSettings, RetryPolicy
from tiny_client.testing import FakeRegistry, no_leaks


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    with no_leaks():
        yield


@pytest.fixture
def registry(_no_leaks: None) -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        yield registry


class Clock:
    """Both clocks of a loader, moved by hand. In seconds."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


# Generous where a test waits for success, so that a busy machine fails none of them.
SETTINGS = LoaderSettings(
    cache_dir=None,
    connect_timeout=5.0,
    read_timeout=10.0,
    load_timeout=20.0,
    retry_backoff=5.0,
    negative_ttl=0.0,
)


@pytest.fixture
def make_loader(registry: FakeRegistry, clock: Clock) -> Iterator[Callable[..., Loader]]:
    """Make loaders that are closed after the test; keyword arguments are settings."""
    with ExitStack() as stack:

        def make(
            url: str | None = None, *, retry_policy: RetryPolicy | None = None, **settings: Any
        ) -> Loader:
            loader = Loader(
                url or registry.url,
                replace(SETTINGS, **settings),
                retry_policy,
                clock=clock,
                wall_clock=clock,
            )
            return stack.enter_context(loader)

        yield make


@pytest.fixture
def loader(make_loader: Callable[..., Loader]) -> Loader:
    return make_loader()


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def raw_server(_no_leaks: None) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Serve each connection with a function of the test; return the base URL."""
    with ExitStack() as stack:

        def serve(answer: Callable[[socket.socket], None]) -> str:
            listener = socket.create_server(("127.0.0.1", 0))
            connections: list[socket.socket] = []
            threads: list[threading.Thread] = []

            def answer_one(connection: socket.socket) -> None:
                with suppress(OSError), connection:
                    answer(connection)

            def accept() -> None:
                with suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        connections.append(connection)
                        thread = threading.Thread(target=answer_one, args=(connection,))
                        threads.append(thread)
                        thread.start()

            def stop() -> None:
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                listener.close()
                accepting.join()
                for connection in connections:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                for thread in threads:
                    thread.join()

            accepting = threading.Thread(target=accept)
            accepting.start()
            stack.callback(stop)
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield serve


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until a condition holds; fail if it never does."""

    def wait(condition: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(2000):
            if condition():
                return
            pause.wait(0.005)
        raise AssertionError("The condition never came true")

    return wait


@pytest.fixture
def well_before() -> Callable[[float], AbstractContextManager[None]]:
    """A generous bound in seconds: far above the deadline, far below what the server takes."""

    @contextmanager
    def bound(seconds: float) -> Iterator[None]:
        start = time.monotonic()
        yield
        assert time.monotonic() - start < seconds

    return bound
