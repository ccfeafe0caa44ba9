"""A flight: one question to the registry, however many callers wait for its answer."""

from __future__ import annotations

import threading
import time

from tiny_client.loader.memory import Entry
from tiny_client.request_context import RequestContext

__all__ = ["Flight"]


class Flight:
    """One load that is under way. It lands with an entry or with an error.

    `started` is of the loader's clock (ages count from it); `deadline` and `took_off` are of
    `time.monotonic`. `context` is the visitor's request that it began for, if any, and `ttl` how
    old an answer may be for the caller, in seconds (None: as old as it likes).
    """

    __slots__ = (
        "_landed",
        "context",
        "deadline",
        "entry",
        "error",
        "started",
        "took_off",
        "ttl",
    )

    def __init__(
        self,
        started: float,
        timeout: float,
        context: RequestContext | None = None,
        ttl: float | None = None,
    ) -> None:
        self.started = started
        self.took_off = time.monotonic()
        self.deadline = self.took_off + timeout
        self.context = context
        self.ttl = ttl
        self.entry: Entry | None = None
        self.error: Exception | None = None
        self._landed = threading.Event()

    def land(self, entry: Entry | None, error: Exception | None) -> None:
        """Give all who wait the outcome."""
        self.entry = entry
        self.error = error
        self._landed.set()

    def wait(self, timeout: float | None) -> bool:
        """Wait until it has landed, at most `timeout` seconds; say whether it has."""
        return self._landed.wait(timeout)
