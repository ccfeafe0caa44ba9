"""The one module that drives mini-racer, so V8 itself: contexts, calls, and what can go wrong.

Only public names of `py_mini_racer` are used, but for `V8Context.read`. Some habits of its 0.14
line matter, and `tests/engine/test_v8.py` holds them for an upgrade: on its own event loop a call
is a plain synchronous one (half the time of one through another thread), and a context that another
process created hangs after a fork, so it must never be closed there.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from py_mini_racer import (
    JSEvalException,
    JSOOMException,
    JSParseException,
    JSTimeoutException,
    MiniRacer,
    init_mini_racer,
    mini_racer,
)

__all__ = [
    "V8Context",
    "V8Error",
    "V8OutOfMemory",
    "V8SyntaxError",
    "V8Timeout",
    "prepare_for_forks",
]


class V8Error(Exception):
    """V8 refused, in a way that none of the more exact errors names."""


class V8SyntaxError(V8Error):
    """A source does not parse; the message is V8's, with the place."""


class V8OutOfMemory(V8Error):
    """The heap limit was reached; the context is unusable."""


class V8Timeout(V8Error):
    """The time was up; the context is unusable."""


class _OwnLoop(asyncio.AbstractEventLoop):
    """An event loop in name only: no thread, no descriptors, nothing ever runs on it.

    mini-racer makes synchronous calls where its loop is the running one, which is all that a
    single-threaded worker needs.
    """


_TYPE_STRING = 5  # how mini-racer marks text among its values

_HEAP_FOR_PREPARING = 32 * 1024 * 1024

_own_loop: asyncio.AbstractEventLoop | None = None


def _load_v8() -> None:
    """Load V8 into this process: about 60 ms, the first time."""
    init_mini_racer(ignore_duplicate_init=True)


def prepare_for_forks() -> None:
    """Load V8 and have it reserve what its contexts share; leaves one thread and no context.

    Processes forked after this begin with V8's half gigabyte for code in place, so their own memory
    limit may count from there, and their first context takes 5 ms instead of 18.
    """
    _load_v8()
    context = V8Context(heap_bytes=_HEAP_FOR_PREPARING, synchronous=True)
    context.evaluate("0")
    context.close()


@contextmanager
def _mapped_errors(racer: MiniRacer) -> Iterator[None]:
    try:
        yield
    except JSOOMException as error:
        raise V8OutOfMemory(str(error)) from None
    except JSTimeoutException as error:
        raise V8Timeout(str(error)) from None
    except JSParseException as error:
        raise V8SyntaxError(str(error)) from None
    except JSEvalException as error:
        if racer.was_hard_memory_limit_reached():  # a call, unlike eval, does not tell
            raise V8OutOfMemory("JavaScript memory limit reached") from None
        raise V8Error(str(error)[:4000]) from None


def _run_on_own_loop() -> asyncio.AbstractEventLoop:
    global _own_loop
    if _own_loop is None:
        _own_loop = _OwnLoop()  # type: ignore[abstract]
    asyncio._set_running_loop(_own_loop)  # each time: asyncio forgets it in a forked process
    return _own_loop


class _SharedLoop:
    """A thread with an event loop, while any context uses it: how mini-racer keeps time limits.

    One for all contexts, and not one each as mini-racer would have it: that closes its loop before
    it cancels what still runs, which then complains.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def join(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            self._users += 1
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="tiny-v8", daemon=True
                )
                self._thread.start()
            return self._loop

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users or self._loop is None or self._thread is None:
                return
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None


_shared_loop = _SharedLoop()


def _keep_for_ever(*things: object) -> None:
    for thing in things:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


# V8 prepares what all contexts share while it makes the first one, and aborts the process where two
# threads make that at once.
_making_a_context = threading.Lock()


def _renew_in_child() -> None:
    global _making_a_context, _shared_loop
    _keep_for_ever(_shared_loop)
    _shared_loop = _SharedLoop()
    _making_a_context = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_in_child)


class V8Context:
    """One V8 isolate with a heap of its own.

    `synchronous` is for a process whose only thread calls V8: faster, without time limits (kill the
    process instead). Otherwise any thread may call, and every call has its `timeout` in seconds.
    """

    def __init__(self, *, heap_bytes: int, synchronous: bool) -> None:
        _load_v8()
        self._synchronous = synchronous
        self._shared_loop = None if synchronous else _shared_loop
        loop = _run_on_own_loop() if self._shared_loop is None else self._shared_loop.join()
        self._scope = mini_racer(loop)
        with _making_a_context:
            self._racer = self._scope.__enter__()
        self._racer.set_hard_memory_limit(heap_bytes)

    def evaluate(self, source: str, *, timeout: float | None = None) -> Any:
        """Return the value of `source`; a function or an object comes as a handle."""
        with _mapped_errors(self._racer):
            return self._racer.eval(source, timeout_sec=self._limit(timeout))

    def call(self, function: Any, *arguments: Any, timeout: float | None = None) -> Any:
        """Call a function handle."""
        with _mapped_errors(self._racer):
            if not self._synchronous:
                # A call begins with a step that no timeout ends; where the last one left endless
                # microtasks, this one is stopped in its place.
                self._racer.eval("0", timeout_sec=self._limit(timeout))
            return function(*arguments, timeout_sec=self._limit(timeout))

    def put(self, target: Any, name: str, text: str) -> None:
        """Set a property of an object; its setter runs, its microtasks before the next step."""
        with _mapped_errors(self._racer):
            target[name] = text

    def read(self, target: Any, name: str) -> bytes:
        """Return a property of an object, which is a string, as UTF-8; in synchronous contexts.

        mini-racer's own way makes a Python string of it, which the caller would only encode again:
        for 100 KB of text with a few euro signs that is a quarter of a render.
        """
        context = self._racer._ctx
        assert context is not None
        library, number = context._dll, context._ctx
        key = context._python_to_value_handle(name)
        raw = library.mr_get_object_item(number, target.raw_handle.raw, key.raw)
        try:
            value = raw.contents
            if value.type == _TYPE_STRING:
                return ctypes.string_at(value.value.value_ptr, value.len)
        finally:
            library.mr_free_value(number, raw)
        # It is no string, or there was an error, which this way of reading it names.
        with _mapped_errors(self._racer):
            return str(target[name]).encode()

    def require_memory(self) -> None:
        """Raise V8OutOfMemory where the heap was full: microtasks die of it without a word."""
        if self._racer.was_hard_memory_limit_reached():
            raise V8OutOfMemory("JavaScript memory limit reached")

    def collect_garbage(self) -> None:
        """Give back what the heap does not need; tens of milliseconds."""
        self._racer.low_memory_notification()

    def _limit(self, timeout: float | None) -> float | None:
        # mini-racer takes a timeout of 0 for none at all.
        return None if self._synchronous or timeout is None else max(timeout, 0.001)

    def close(self) -> None:
        """Free the isolate; every handle from it must be gone before."""
        self._scope.__exit__(None, None, None)
        if self._shared_loop is not None:
            self._shared_loop.leave()

    def abandon(self) -> None:
        """Keep everything alive for ever: for a context that this process inherited by a fork."""
        _keep_for_ever(self, self._racer, self._scope)
