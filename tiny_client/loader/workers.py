"""A small pool of daemon threads, started when there is work and ended by `close()`."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

__all__ = ["Workers", "WorkersClosed"]


class WorkersClosed(RuntimeError):
    """Work was submitted after `close()`."""


class Workers:
    """Runs work in the order it came, on at most `size` threads that are reused.

    Work that is expected to hang gets at most half of them, so that other work goes on.

    Not `concurrent.futures`: its threads are joined when the interpreter ends, so a registry
    that hangs would keep a host from stopping.
    """

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._slow_size = max(1, size // 2)
        self._name = name
        self._work: deque[Callable[[], None]] = deque()
        self._slow_work: deque[Callable[[], None]] = deque()
        self._slow_running = 0
        self._changed = threading.Condition(threading.Lock())
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def submit(self, work: Callable[[], None], *, slow: bool = False) -> None:
        """Have `work`, which must not raise, done on one of the threads; `slow`: it may hang.

        Raises `WorkersClosed`, or `RuntimeError` where no thread can be started.
        """
        with self._changed:
            if self._closed:
                raise WorkersClosed("the loader is closed")
            waiting = len(self._work) + len(self._slow_work)
            if self._idle <= waiting and len(self._threads) < self._size:
                self._start()
            (self._slow_work if slow else self._work).append(work)
            self._changed.notify()

    def _start(self) -> None:
        name = f"{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                while not (found := self._next()) and not self._closed:
                    self._changed.wait()
                self._idle -= 1
                if not found:
                    return
                work, slow = found
            work()
            # The work may hold the last reference to what owns this pool.
            del work, found
            if slow:
                with self._changed:
                    self._slow_running -= 1
                    self._changed.notify()

    def _next(self) -> tuple[Callable[[], None], bool] | None:
        if self._work:
            return self._work.popleft(), False
        if self._slow_work and self._slow_running < self._slow_size:
            self._slow_running += 1
            return self._slow_work.popleft(), True
        return None

    def close(self, timeout: float) -> None:
        """End the threads after the work that waits; wait at most `timeout` seconds for them."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        end = time.monotonic() + timeout
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, end - time.monotonic()))
