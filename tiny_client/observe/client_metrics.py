"""Writes what a client says about itself as metrics: engine, caches, registry, breakers; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from tiny_client._version import __version__
from tiny_client.observe.families import Family
from tiny_client.stats import BreakerState, CacheStats, ClientStats, EngineStats, LoaderStats

__all__ = ["client_families"]

_BREAKER_VALUES: Final[dict[BreakerState, float]] = {"closed": 0, "half-open": 1, "open": 2}


def client_families(stats: ClientStats, caches: Mapping[str, CacheStats]) -> list[Family]:
    """Return the metrics of one process; `caches` are those that its client knows nothing of."""
    return [
        _gauge("tiny_processes", "Processes that these metrics are of", 1),
        Family(
            "gauge", "tiny_info", "Which version runs", ("version",), _each({__version__: 1}), "max"
        ),
        *_engine(stats.engine),
        *_loader(stats.loader),
        *_caches({"rendered": stats.rendered, "releases": stats.loader.memory, **caches}),
        Family(
            "gauge",
            "tiny_breaker_state",
            "The breaker of a fragment: 0 closed, 1 half-open, 2 open",
            ("fragment", "contract_version"),
            {key: _BREAKER_VALUES[state] for key, state in stats.breakers.items()},
            merge="max",
        ),
        Family(
            "gauge",
            "tiny_condemned_release",
            "1 for each release that is not rendered any more because it kept failing",
            ("fragment", "contract_version", "release"),
            {(*key, release): 1 for key, release in stats.condemned.items()},
            merge="max",
        ),
    ]


def _engine(engine: EngineStats) -> list[Family]:
    return [
        _gauge("tiny_engine_workers", "Worker processes that run", engine.workers),
        _gauge("tiny_engine_busy_workers", "Workers that render", engine.busy_workers),
        _gauge("tiny_engine_waiting", "Renders that wait for a worker", engine.waiting),
        _gauge("tiny_engine_contexts", "JavaScript contexts that are kept", engine.contexts),
        _gauge("tiny_engine_memory_bytes", "Private memory of the workers", engine.memory_bytes),
        _counter("tiny_engine_renders", "Renders", engine.renders),
        _counter(
            "tiny_engine_cold_renders",
            "Renders that had to load the runtime and the bundle first",
            engine.cold_renders,
        ),
        _counter(
            "tiny_engine_render_seconds", "Seconds spent on all renders", engine.render_seconds
        ),
        Family(
            "counter",
            "tiny_engine_kills",
            "Worker processes that were ended, by why",
            ("reason",),
            _each(engine.kills),
        ),
    ]


def _loader(loader: LoaderStats) -> list[Family]:
    loads = {"fresh": loader.fresh, "stale": loader.stale, "waited": loader.waited}
    return [
        Family(
            "counter",
            "tiny_loads",
            "Loads: fresh from memory, stale, or waited for",
            ("outcome",),
            _each(loads),
        ),
        Family(
            "counter",
            "tiny_registry_requests",
            "Requests to the registry, by outcome",
            ("outcome",),
            _each(loader.requests),
        ),
    ]


def _caches(caches: dict[str, CacheStats]) -> list[Family]:
    def family(kind: Literal["counter", "gauge"], name: str, text: str, field: str) -> Family:
        samples = _each({cache: getattr(stats, field) for cache, stats in caches.items()})
        return Family(kind, name, text, ("cache",), samples)

    return [
        family("counter", "tiny_cache_hits", "Look-ups that found what they sought", "hits"),
        family("counter", "tiny_cache_misses", "Look-ups that did not", "misses"),
        family("gauge", "tiny_cache_bytes", "What the cache holds", "size_bytes"),
        family("gauge", "tiny_cache_max_bytes", "What the cache may hold", "max_bytes"),
        family("gauge", "tiny_cache_entries", "How many entries the cache has", "entries"),
    ]


def _each(values: Mapping[str, float]) -> dict[tuple[str, ...], float]:
    """Return samples with one label."""
    return {(label,): value for label, value in values.items()}


def _gauge(name: str, text: str, value: float) -> Family:
    return Family("gauge", name, text, (), {(): value})


def _counter(name: str, text: str, value: float) -> Family:
    return Family("counter", name, text, (), {(): value})
