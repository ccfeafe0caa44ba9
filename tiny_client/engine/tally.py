"""What an engine counts, and how much memory its processes hold."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Ending", "Kills", "Tally", "private_bytes"]

Ending = Literal["late", "memory", "crashed", "recycled", "idle", "closed"]
"""Why a worker process was ended, or ended."""

_PRIVATE = re.compile(rb"^Private_(?:Clean|Dirty):\s+(\d+) kB", re.MULTILINE)


@dataclass(slots=True)
class Tally:
    """Renders of one place; only who holds the place counts, so there is no lock."""

    renders: int = 0
    cold: int = 0
    seconds: float = 0.0

    def add(self, seconds: float, *, cold: bool) -> None:
        """Count one render that was tried."""
        self.renders += 1
        self.cold += cold
        self.seconds += seconds


@dataclass(slots=True)
class Kills:
    """How often workers were ended, by why; safe from any thread."""

    _counts: Counter[Ending] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, why: Ending) -> None:
        """Count one."""
        with self._lock:
            self._counts[why] += 1

    def counts(self) -> Mapping[str, int]:
        """Return the counts so far."""
        with self._lock:
            return dict(self._counts.items())


def private_bytes(pid: int) -> int:
    """Return the memory that only this process holds; 0 where the kernel does not tell (Linux)."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_bytes()
    except OSError:
        return 0
    return 1024 * sum(int(size) for size in _PRIVATE.findall(rollup))
