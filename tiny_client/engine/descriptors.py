"""The sockets by which a host holds its zygote and workers, and which no forked child may keep.

A zygote ends when the last copy of its host's end of the control socket is closed; a child process
that kept one would keep the zygote alive after the host's death.
"""

from __future__ import annotations

import os
import socket
import threading

__all__ = ["release", "socket_pair"]

_lock = threading.Lock()
_held: set[socket.socket] = set()


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return a new pair; close both with `release`."""
    with _lock:
        pair = socket.socketpair()
        _held.update(pair)
    return pair


def release(*sockets: socket.socket) -> None:
    """Close sockets; closing twice is harmless."""
    with _lock:
        for each in sockets:
            _held.discard(each)
            each.close()


def _close_all_in_child() -> None:
    for each in _held:
        each.close()
    _held.clear()
    _lock.release()


if hasattr(os, "register_at_fork"):
    # A fork waits until no socket is between being made and being known here.
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_close_all_in_child
    )
