"""Bounds how many exchanges with one origin are under way at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Bulkheads"]


class Bulkheads:
    """Room for `size` exchanges with each origin; one that is full holds up no other."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._rooms: dict[str, threading.BoundedSemaphore] = {}

    @contextmanager
    def room(self, origin: str, deadline: float) -> Iterator[bool]:
        """Wait for room until `deadline` (of `time.monotonic`); yield whether there was any."""
        with self._lock:
            room = self._rooms.get(origin)
            if room is None:
                room = self._rooms[origin] = threading.BoundedSemaphore(self._size)
        if not room.acquire(timeout=max(0.0, deadline - time.monotonic())):
            yield False
            return
        try:
            yield True
        finally:
            room.release()
