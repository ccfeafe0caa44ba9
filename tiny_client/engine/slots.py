"""Hands a bounded number of things out to threads, first come first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["NoSlot", "Slots", "SlotsClosed"]

T = TypeVar("T")


class NoSlot(Exception):
    """Nothing became free in time."""


class SlotsClosed(Exception):
    """They are handed out no more."""


class _Waiter(Generic[T]):
    def __init__(self) -> None:
        self.served = threading.Event()
        self.item: T | None = None


class Slots(Generic[T]):
    """At most `size` items at a time, made by `make` when they are first needed.

    `make` is called under a lock, so it must be quick.
    """

    def __init__(self, size: int, make: Callable[[], T]) -> None:
        self._size = size
        self._make = make
        self._lock = threading.Lock()
        self._idle: list[T] = []
        self._waiters: deque[_Waiter[T]] = deque()
        self._count = 0
        self._closed = False

    def acquire(self, cost: Callable[[T], float], timeout: float) -> T:
        """Return the idle item of the least `cost`, or a new one, or wait `timeout` seconds.

        Raises NoSlot, or SlotsClosed.
        """
        with self._lock:
            if self._closed:
                raise SlotsClosed
            # Idle items and waiters never meet: who waits is served by who gives back.
            if self._idle:
                chosen = min(self._idle, key=cost)
                self._idle.remove(chosen)
                return chosen
            if self._count < self._size:
                self._count += 1
                return self._make()
            waiter = _Waiter[T]()
            self._waiters.append(waiter)
        if not waiter.served.wait(max(timeout, 0)):
            with self._lock:
                if not waiter.served.is_set():
                    self._waiters.remove(waiter)
                    raise NoSlot
        if waiter.item is None:
            raise SlotsClosed
        return waiter.item

    def give_back(self, item: T) -> bool:
        """Let the next in the queue have it; False where nothing is handed out any more."""
        with self._lock:
            if self._closed:
                return False
            if self._waiters:
                self._serve(item)
            else:
                self._idle.append(item)
            return True

    def _serve(self, item: T) -> None:
        waiter = self._waiters.popleft()
        waiter.item = item
        waiter.served.set()

    def close(self) -> list[T]:
        """Turn everybody away from now on and return the idle items."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for waiter in self._waiters:
                waiter.served.set()
            self._waiters.clear()
            return idle
