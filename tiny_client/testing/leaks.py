"""A context manager that finds what a test left behind: threads, descriptors, child processes."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["Leak", "no_leaks"]

_POLL = 0.01
"""Seconds between two looks."""


class Leak(AssertionError):
    """Something was still there; the message lists it."""


@contextmanager
def no_leaks(*, grace: float = 3.0) -> Iterator[None]:
    """Raise `Leak` if the block leaves threads, open descriptors or child processes behind.

    `grace` is how many seconds they get to end. Descriptors are seen where the system lists
    them (Linux, macOS), child processes on Linux. As a pytest fixture for every test of a
    folder:

    ```python
    @pytest.fixture(autouse=True)
    def _no_leaks():
        with no_leaks():
            yield
    ```
    """
    threads, descriptors, children = _threads(), _descriptors(), _children()
    yield
    end = time.monotonic() + grace
    while True:
        left = [
            *(f"thread {thread.name}" for thread in _threads() - threads),
            *(f"descriptor of {what}" for what in (_descriptors() - descriptors).elements()),
            *(f"child process {pid}" for pid in _children() - children),
        ]
        if not left:
            return
        if time.monotonic() >= end:
            raise Leak(f"Left behind: {'; '.join(sorted(left))}")
        # What only a cycle keeps alive is no leak.
        gc.collect()
        time.sleep(_POLL)


def _threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def _descriptors() -> Counter[str]:
    """Count the open descriptors by what they are: the same number may be another thing later."""
    for folder in (Path("/proc/self/fd"), Path("/dev/fd")):
        if folder.is_dir():
            break
    else:
        return Counter()
    found: Counter[str] = Counter()
    for entry in os.listdir(folder):
        with suppress(OSError):
            found[os.readlink(folder / entry) if folder.parts[1] == "proc" else entry] += 1
    # The listing itself had one open, which is gone now.
    return Counter({what: count for what, count in found.items() if "/fd" not in what[-9:]})


def _children() -> set[int]:
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found.update(int(pid) for pid in listing.read_text().split())
    return found
