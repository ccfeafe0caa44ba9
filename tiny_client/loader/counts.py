"""Counts how loads and requests to the registry ended, for `Loader.stats()`."""

from __future__ import annotations

import threading
import time
from typing import Final

from tiny_client.loader.memory import MemoryStore
from tiny_client.stats import CacheStats, LoaderStats

__all__ = ["Counts"]

_OUTCOMES: Final = ("ok", "not-modified", "not-found", "failed")


class Counts:
    """The counts of one process; safe to use from any thread.

    `fresh`, `stale`, `waited`, `hits` and `misses` are added to without a lock, because the warm
    path has none: two threads at the same instant may count as one.
    """

    __slots__ = ("_lock", "_requests", "fresh", "hits", "last", "misses", "stale", "waited")

    def __init__(self) -> None:
        self.fresh = self.stale = self.waited = 0
        self.hits = self.misses = 0
        self._lock = threading.Lock()
        self._requests = dict.fromkeys(_OUTCOMES, 0)
        self.last = ("", 0.0)

    def request(self, outcome: str) -> None:
        """Count one request that was sent to the registry."""
        with self._lock:
            self._requests[outcome] += 1
            self.last = (outcome, time.time())

    def stats(self, memory: MemoryStore) -> LoaderStats:
        """Return the counts together with what `memory` holds."""
        with self._lock:
            requests = dict(self._requests)
            last, last_at = self.last
        return LoaderStats(
            memory=CacheStats(
                hits=self.hits + self.fresh,
                misses=self.misses,
                size_bytes=memory.size,
                max_bytes=memory.max_bytes,
                entries=len(memory.entries),
            ),
            fresh=self.fresh,
            stale=self.stale,
            waited=self.waited,
            requests=requests,
            last_request=last,
            last_request_at=last_at,
        )
