"""What the parts of a client say about themselves, for metrics; all counts are of one process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["BreakerState", "CacheStats", "ClientStats", "EngineStats", "LoaderStats"]

BreakerState = Literal["closed", "half-open", "open"]


@dataclass(frozen=True, slots=True)
class CacheStats:
    """One cache: look-ups that hit and missed since the start, and what it holds, in bytes."""

    hits: int = 0
    misses: int = 0
    size_bytes: int = 0
    max_bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class EngineStats:
    """The engine: worker processes, what they hold, and what they did since the start.

    `kills` counts worker processes by why they were ended (late, memory, crashed, recycled,
    idle, closed).
    `memory_bytes` is what the worker processes hold in private memory.
    """

    workers: int = 0
    busy_workers: int = 0
    waiting: int = 0
    contexts: int = 0
    memory_bytes: int = 0
    renders: int = 0
    render_seconds: float = 0.0
    cold_renders: int = 0
    kills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoaderStats:
    """The loader: releases in memory, and how loads ended since the start.

    A load is fresh (from memory within its TTL), stale, or waited for; `requests` counts what was
    sent to the registry, by outcome (ok, not-modified, not-found, failed), the last of which was
    `last_request` at `last_request_at` (seconds since 1970; "" and 0 where there was none).
    """

    memory: CacheStats = field(default_factory=CacheStats)
    fresh: int = 0
    stale: int = 0
    waited: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    last_request: str = ""
    last_request_at: float = 0.0


@dataclass(frozen=True, slots=True)
class ClientStats:
    """All of one client. `breakers` is by (name, contract version)."""

    rendered: CacheStats
    loader: LoaderStats
    engine: EngineStats
    breakers: Mapping[tuple[str, str], BreakerState] = field(default_factory=dict)
    condemned: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Releases that are not rendered any more because they kept failing, by fragment."""
