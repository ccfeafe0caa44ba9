"""Prometheus metrics of one registry process, in a registry of their own."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tiny_api._product import VERSION

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters of one app. With several worker processes each answers for itself."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "tiny_api_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
        )
        self.seconds = Histogram(
            "tiny_api_request_seconds",
            "Time to make an answer, in seconds.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.deploys = Counter(
            "tiny_api_deploys",
            "Deploys by outcome: created, redeployed, conflict, refused.",
            ("outcome",),
            registry=self._registry,
        )
        self.bundle_reads = Counter(
            "tiny_api_bundle_reads",
            "Bundle bodies by where they came from: memory, database.",
            ("source",),
            registry=self._registry,
        )
        self.cache_bytes = Gauge(
            "tiny_api_bundle_cache_bytes",
            "Bytes of bundles kept in memory.",
            registry=self._registry,
        )
        Gauge("tiny_api_info", "Which version runs.", ("version",), registry=self._registry).labels(
            VERSION
        ).set(1)

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)
