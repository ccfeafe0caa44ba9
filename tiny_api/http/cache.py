"""Immutable bundles that one process keeps in memory, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from tiny_api.reads import StoredBundle

_FACTS_KEPT: Final = 10_000


class BundleCache:
    """Bundles and their facts, the least recently used dropped first.

    Safe for threads. Nothing in it ever changes: a bundle's name carries its content's hash.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._bodies: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._facts: OrderedDict[str, StoredBundle] = OrderedDict()
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """The bytes of all bodies kept now."""
        return self._bytes

    def facts(self, file: str) -> StoredBundle | None:
        """Return what is known about a bundle file, or None."""
        with self._lock:
            found = self._facts.get(file)
            if found is not None:
                self._facts.move_to_end(file)
            return found

    def keep_facts(self, file: str, facts: StoredBundle) -> None:
        """Remember the facts about a bundle file."""
        with self._lock:
            self._facts[file] = facts
            if len(self._facts) > _FACTS_KEPT:
                self._facts.popitem(last=False)

    def body(self, sha384: str, encoding: str) -> bytes | None:
        """Return the bytes in one encoding, or None."""
        key = (sha384, encoding)
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
            return found

    def keep_body(self, sha384: str, encoding: str, body: bytes) -> None:
        """Remember bytes, and forget others for them; what is too large is not kept."""
        if len(body) > self._max_bytes:
            return
        key = (sha384, encoding)
        with self._lock:
            if key in self._bodies:
                return
            self._bodies[key] = body
            self._bytes += len(body)
            while self._bytes > self._max_bytes:
                _, dropped = self._bodies.popitem(last=False)
                self._bytes -= len(dropped)
