"""Counts how slots end and how long they take, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

__all__ = ["SlotMetrics"]

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class SlotMetrics:
    """The metrics of one host. Each slot counts as exactly one of rendered, cached, fallback."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._slots = Counter(
            "tiny_slots",
            "Slots served, by how they ended",
            ["fragment", "contract_version", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "tiny_slot_seconds",
            "Seconds from opening a slot until it was filled",
            ["fragment"],
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def count(self, fragment: str, contract_version: str, outcome: str, seconds: float) -> None:
        """Count one slot that was served."""
        self._slots.labels(fragment, contract_version, outcome).inc()
        self._seconds.labels(fragment).observe(seconds)

    def text(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self._registry)
