"""The threads that fill slots; no fragment gets so many that the others have none."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from heapq import heapify, heappop, heappush

from tiny_client.errors import SlotQueueFull
from tiny_client.forks import renew_after_fork
from tiny_client.guard import FragmentKey

__all__ = ["DEFAULT_SLOT_QUEUE", "SlotPool"]

DEFAULT_SLOT_QUEUE = 1000
"""Fills that may wait for a thread, where nothing else is said."""

log = logging.getLogger("tiny_client")


class _Fill:
    """One piece of work: in line by its `number`, worth doing before `until`."""

    __slots__ = ("drop", "key", "number", "until", "work")

    def __init__(
        self,
        number: int,
        key: FragmentKey,
        work: Callable[[], None],
        until: float,
        drop: Callable[[], None] | None,
    ) -> None:
        self.number = number
        self.key = key
        self.work = work
        self.until = until
        self.drop = drop

    def __lt__(self, other: _Fill) -> bool:
        return self.number < other.number


class SlotPool:
    """Runs fills on at most `threads` threads, `per_fragment` of them for one fragment.

    First come, first served, among the fragments that are not at their limit. At most `queue`
    fills wait, of one fragment at most half of them. `per_fragment` is half of the threads
    where it is None. Threads start when there is work, anew in each forked child.
    """

    def __init__(
        self,
        threads: int,
        per_fragment: int | None = None,
        queue: int = DEFAULT_SLOT_QUEUE,
    ) -> None:
        self._size = max(1, threads)
        self._limit = max(1, self._size // 2 if per_fragment is None else per_fragment)
        self._queue = max(1, queue)
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._next = 0
        self._waiting = 0
        self._closed = False
        self._ready: list[_Fill] = []
        self._sweep_at = math.inf  # nothing that waits expires before
        # How many of a fragment's fills are ready or running: what is over the limit is parked.
        self._claimed: dict[FragmentKey, int] = {}
        self._parked: dict[FragmentKey, deque[_Fill]] = {}

    def submit(
        self,
        key: FragmentKey,
        work: Callable[[], None],
        *,
        until: float = math.inf,
        drop: Callable[[], None] | None = None,
    ) -> None:
        """Run `work` for the fragment `key` on one of the threads.

        Work that has not begun at `until` (of `time.monotonic`), or when the pool closes, is
        never run; `drop` is called in its place, from any thread.

        Raises `SlotQueueFull` where too many wait, and `RuntimeError` where the pool is closed or
        no thread can be started.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("The slot pool is closed, so its host fills no slots")
            expired = self._take_expired() if self._is_full(key) else []
            full = self._is_full(key)
            if not full:
                self._enqueue(_Fill(self._next, key, work, until, drop))
        _drop(expired)
        if full:
            raise SlotQueueFull(
                f"A slot of {key[0]} {key[1]} finds no thread: too many wait already. Look for "
                "the fragment that is slow, or raise TINY_SLOT_THREADS or TINY_SLOT_QUEUE"
            )

    def _is_full(self, key: FragmentKey) -> bool:
        parked = self._parked.get(key, ())
        return self._waiting >= self._queue or len(parked) >= max(1, self._queue // 2)

    def _enqueue(self, fill: _Fill) -> None:
        claimed = self._claimed.get(fill.key, 0)
        if claimed >= self._limit:
            self._parked.setdefault(fill.key, deque()).append(fill)
        else:
            if self._idle <= len(self._ready) and len(self._threads) < self._size:
                self._start()
            self._claimed[fill.key] = claimed + 1
            heappush(self._ready, fill)
            self._changed.notify()
        self._next += 1
        self._waiting += 1
        self._sweep_at = min(self._sweep_at, fill.until)

    def _take_expired(self) -> list[_Fill]:
        """Take what waited until its time was over out of the queue."""
        now = time.monotonic()
        if now < self._sweep_at:
            return []
        expired = [fill for fill in self._ready if fill.until <= now]
        self._ready = [fill for fill in self._ready if fill.until > now]
        heapify(self._ready)
        late = [fill for line in self._parked.values() for fill in line if fill.until <= now]
        lines = (
            (key, deque(f for f in line if f.until > now)) for key, line in self._parked.items()
        )
        self._parked = {key: line for key, line in lines if line}
        for fill in expired:
            self._release(fill.key)
        self._waiting -= len(expired) + len(late)
        left = (fill.until for line in (self._ready, *self._parked.values()) for fill in line)
        self._sweep_at = min(left, default=math.inf)
        return expired + late

    def _release(self, key: FragmentKey) -> None:
        """Give the place of one of the fragment's fills to the next one."""
        line = self._parked.get(key)
        if line:
            heappush(self._ready, line.popleft())
            if not line:
                del self._parked[key]
            return
        self._claimed[key] -= 1
        if not self._claimed[key]:
            del self._claimed[key]

    def _start(self) -> None:
        name = f"tiny-slot-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def _run(self) -> None:
        done: FragmentKey | None = None
        while (fill := self._take(done)) is not None:
            done = fill.key
            _work_off(fill)
            # It may hold the last reference to what owns this pool.
            del fill

    def _take(self, done: FragmentKey | None) -> _Fill | None:
        """Wait for the next fill; None where the pool is closed. `done` is the one before."""
        with self._changed:
            if done is not None:
                self._release(done)
            self._idle += 1
            while not self._ready and not self._closed:
                self._changed.wait()
            self._idle -= 1
            if self._closed:
                return None
            self._waiting -= 1
            return heappop(self._ready)

    def close(self, timeout: float = 10.0) -> None:
        """Drop what has not begun and end the threads; wait `timeout` seconds for them at most."""
        with self._changed:
            self._closed = True
            waiting = [fill for line in (self._ready, *self._parked.values()) for fill in line]
            self._ready, self._parked = [], {}
            self._waiting = 0
            self._changed.notify_all()
        _drop(waiting)
        end = time.monotonic() + timeout
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))

    def after_fork_in_child(self) -> None:
        """Leave the threads, and the work that waits for them, to the parent."""
        self._begin()


def _work_off(fill: _Fill) -> None:
    if time.monotonic() >= fill.until:
        _drop([fill])
        return
    try:
        fill.work()
    except BaseException:  # a thread that ended would take its fragment's place with it
        log.exception("Filling a slot of %s %s failed", *fill.key)


def _drop(fills: list[_Fill]) -> None:
    for fill in fills:
        if fill.drop is not None:
            try:
                fill.drop()
            except Exception:
                log.exception("Dropping a slot of %s %s failed", *fill.key)
