"""Hands a bounded number of things out to threads, fairly between threads and between owners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["NoSlot", "QueueFull", "Slots", "SlotsClosed", "anything"]

T = TypeVar("T")


def anything(_item: object) -> bool:
    """Want whatever there is."""
    return True


class NoSlot(Exception):
    """Nothing became free in time."""


class QueueFull(NoSlot):
    """As many wait already as may, in all or for this owner."""


class SlotsClosed(Exception):
    """They are handed out no more."""


class _Waiter(Generic[T]):
    __slots__ = ("item", "owner", "served", "wanted")

    def __init__(self, owner: str, wanted: Callable[[T], bool]) -> None:
        self.owner = owner
        self.wanted = wanted
        self.item: T | None = None
        self.served = threading.Lock()  # held until it is; an Event would cost three times as much
        self.served.acquire()


class Slots(Generic[T]):
    """At most `size` items at a time, made by `make` when they are first needed.

    Who waits longest is served first, except that an owner who has `share` items waits for as long
    as another one does. At most `max_waiting` wait, half of them for one owner. `make` is called
    under a lock, so it must be quick.
    """

    def __init__(
        self, size: int, make: Callable[[], T], *, share: int, max_waiting: int = 1_000_000
    ) -> None:
        self._size = size
        self._make = make
        self._share = share
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._idle: list[T] = []
        self._all: list[T] = []
        self._waiters: list[_Waiter[T]] = []
        self._taken: dict[str, int] = {}
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many threads wait."""
        return len(self._waiters)

    @property
    def busy(self) -> int:
        """How many items are handed out."""
        return len(self._all) - len(self._idle)

    def items(self) -> list[T]:
        """Return everything made so far, idle or not."""
        with self._lock:
            return list(self._all)

    def acquire(
        self,
        owner: str,
        cost: Callable[[T], float],
        timeout: float,
        wanted: Callable[[T], bool] = anything,
    ) -> T:
        """Return the idle item of the least `cost`, or a new one, or wait `timeout` seconds.

        Raises NoSlot, or SlotsClosed. With `wanted`, only what was made before and is wanted.
        """
        with self._lock:
            if self._closed:
                raise SlotsClosed
            # An idle item and a waiter who wants it never meet: who gives back serves who waits.
            idle = (
                self._idle if wanted is anything else [each for each in self._idle if wanted(each)]
            )
            if idle:
                chosen = idle[0] if len(idle) == 1 else min(idle, key=cost)
                self._idle.remove(chosen)
                return self._take(owner, chosen)
            if wanted is anything and len(self._all) < self._size:
                made = self._make()
                self._all.append(made)
                return self._take(owner, made)
            waiter = self._enqueue(owner, wanted)
        if not waiter.served.acquire(timeout=max(timeout, 0)):
            with self._lock:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)
                    raise NoSlot
        if waiter.item is None:
            raise SlotsClosed
        return waiter.item

    def _take(self, owner: str, item: T) -> T:
        self._taken[owner] = self._taken.get(owner, 0) + 1
        return item

    def _enqueue(self, owner: str, wanted: Callable[[T], bool]) -> _Waiter[T]:
        waiters = self._waiters
        if len(waiters) >= self._max_waiting:
            raise QueueFull
        if len(waiters) * 2 >= self._max_waiting:
            own = sum(each.owner == owner for each in waiters)
            if own * 2 >= self._max_waiting:
                raise QueueFull
        waiter = _Waiter[T](owner, wanted)
        waiters.append(waiter)
        return waiter

    def give_back(self, owner: str, item: T) -> bool:
        """Let the next in the queue have it; False where nothing is handed out any more."""
        with self._lock:
            left = self._taken[owner] - 1
            if left:
                self._taken[owner] = left
            else:
                del self._taken[owner]
            if self._closed:
                return False
            waiter = self._next_for(item) if self._waiters else None
            if waiter is None:
                self._idle.append(item)
                return True
            self._waiters.remove(waiter)
            waiter.item = self._take(waiter.owner, item)
            waiter.served.release()
            return True

    def _next_for(self, item: T) -> _Waiter[T] | None:
        first: _Waiter[T] | None = None
        for waiter in self._waiters:
            if not waiter.wanted(item):
                continue
            if self._taken.get(waiter.owner, 0) < self._share:
                return waiter
            first = first or waiter
        return first

    def close(self) -> list[T]:
        """Turn everybody away from now on and return the idle items."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for waiter in self._waiters:
                waiter.served.release()
            self._waiters.clear()
            return idle
