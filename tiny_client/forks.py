"""Lets objects renew what does not survive a fork (locks, threads, sockets) in the child.

`os.register_at_fork` keeps what it is given for ever; this keeps only weak references.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["ForkAware", "renew_after_fork"]


class ForkAware(Protocol):
    """An object that holds something that does not survive a fork."""

    def after_fork_in_child(self) -> None:
        """Replace what belongs to the parent; called in the child, which has one thread."""
        ...


_objects: WeakSet[ForkAware] = WeakSet()


def renew_after_fork(thing: ForkAware) -> None:
    """Call `thing.after_fork_in_child()` in every forked child for as long as `thing` lives."""
    _objects.add(thing)


def _after_fork_in_child() -> None:
    for thing in list(_objects):
        thing.after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
