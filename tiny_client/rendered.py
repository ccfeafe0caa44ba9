"""A bounded cache of the HTML of pure fragments: same release, export and props, same HTML."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from tiny_client.forks import renew_after_fork
from tiny_client.stats import CacheStats

__all__ = ["DEFAULT_RENDERED_BYTES", "RenderedCache"]

DEFAULT_RENDERED_BYTES = 32 * 1024 * 1024

# What an entry costs beside its text, roughly: key tuple, dict node, string headers (bytes).
_ENTRY_OVERHEAD_BYTES = 400


class RenderedCache:
    """Keeps the most recently used HTML within `max_bytes`; safe to use from any thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Hashable, tuple[str, int]] = OrderedDict()
        self._bytes = 0
        self._hits = 0
        self._misses = 0
        self._lock = Lock()
        renew_after_fork(self)

    def get(self, key: Hashable) -> str | None:
        """Return the HTML kept under `key`, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, html: str, key_bytes: int) -> None:
        """Keep `html` under `key`, which takes about `key_bytes`; drop what no longer fits."""
        size = sys.getsizeof(html) + key_bytes + _ENTRY_OVERHEAD_BYTES
        if size > self._max_bytes:
            return
        with self._lock:
            self._misses += 1
            replaced = self._entries.pop(key, None)
            if replaced is not None:
                self._bytes -= replaced[1]
            self._entries[key] = (html, size)
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, (_, dropped) = self._entries.popitem(last=False)
                self._bytes -= dropped

    @property
    def size_bytes(self) -> int:
        """How many bytes the cache holds, keys and bookkeeping included."""
        return self._bytes

    def stats(self) -> CacheStats:
        """Say what the cache holds. A miss is HTML that had to be rendered, and then was kept.

        A slot looks more than once before it is rendered, so look-ups that find nothing do not
        count.
        """
        with self._lock:
            return CacheStats(
                hits=self._hits,
                misses=self._misses,
                size_bytes=self._bytes,
                max_bytes=self._max_bytes,
                entries=len(self._entries),
            )

    def after_fork_in_child(self) -> None:
        """Take a new lock: another thread may have held the old one at the fork."""
        self._lock = Lock()
