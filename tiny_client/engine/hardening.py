"""What a worker process gives up before it evaluates anything: descriptors, limits, privileges."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["die_with_parent", "forbid_new_privileges", "keep_only", "limit_resources", "own_bytes"]

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_MAX_DESCRIPTORS = 8  # the three standard ones, the socket, and V8's short look at /dev/urandom

_RESERVED_BYTES = 20 * 1024 * 1024
"""What V8 reserves for one context and RLIMIT_DATA counts: 17.6 MiB before anything is written."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies, where it can (Linux)."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def forbid_new_privileges() -> None:
    """Make set-user-id programs harmless to this process and its children (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def keep_only(kept: socket.socket) -> socket.socket:
    """Close every descriptor but `kept`, which comes back as number 3; 0 to 2 are /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    os.set_inheritable(null, False)
    moved = os.dup(kept.fileno())  # out of the way of the low numbers
    family, kind = kept.family, kept.type
    kept.close()
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.dup2(moved, 3, inheritable=False)
    # By name and not up to the limit: in some containers that is a thousand million.
    folder = Path("/proc/self/fd" if sys.platform == "linux" else "/dev/fd")
    for number in [int(entry) for entry in os.listdir(folder)]:
        if number > 3:
            with contextlib.suppress(OSError):  # the one that listed the folder is gone
                os.close(number)
    return socket.socket(family, kind, fileno=3)


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))


def _data_in_use() -> int | None:
    """Return what RLIMIT_DATA counts, in bytes; None where the platform does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def own_bytes() -> int:
    """Return the memory that this process has written to, in bytes; 0 where nobody tells."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return (int(pages[1]) - int(pages[2])) * resource.getpagesize()


def limit_resources(data_bytes: int, most_contexts: int) -> Callable[[int], None]:
    """Bound this process; `data_bytes` is what it may write beyond what V8 reserves.

    Returns what sets the limit for a number of contexts, `most_contexts` at most. Not RLIMIT_AS:
    V8 reserves terabytes of addresses that it never uses.
    """
    in_use = _data_in_use()
    if in_use is not None:
        _lower(resource.RLIMIT_DATA, in_use + data_bytes + most_contexts * _RESERVED_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _MAX_DESCRIPTORS)

    def make_room(contexts: int) -> None:
        if in_use is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            wanted = in_use + data_bytes + contexts * _RESERVED_BYTES
            resource.setrlimit(resource.RLIMIT_DATA, (min(wanted, hard), hard))

    make_room(1)
    return make_room
