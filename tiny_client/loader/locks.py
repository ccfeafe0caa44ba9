"""A lock between processes, so that what one of them fetches need not be fetched by the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # pragma: no cover
    # Windows: each process fetches for itself.
    fcntl = None  # type: ignore[assignment]

__all__ = ["file_lock"]

_POLL: Final = 0.01
"""Seconds between two tries; a blocking wait could be ended by nobody."""


@contextmanager
def file_lock(path: Path, deadline: float, pause: Callable[[float], bool]) -> Iterator[None]:
    """Hold the lock at `path` within the block, or nothing after `deadline` (`time.monotonic`).

    `pause(seconds)` waits; it returns true where there is no use in waiting on. The lock ends
    with its process, however that ends. A folder that cannot be written gives no lock, which
    costs a request at most.
    """
    handle = _acquired(path, deadline, pause)
    try:
        yield
    finally:
        if handle is not None:
            # Removed while it is held: who waits for it looks on disk first, and finds all there.
            with suppress(OSError):
                path.unlink()
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)


def _acquired(path: Path, deadline: float, pause: Callable[[float], bool]) -> int | None:
    if fcntl is None:  # pragma: no cover
        return None
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline and not pause(_POLL):
                continue
        except OSError:
            pass
        else:
            return handle
        os.close(handle)
        return None
