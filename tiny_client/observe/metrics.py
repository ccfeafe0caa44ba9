"""Counts how slots and pages end and how long they take, for Prometheus."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from tiny_client.forks import renew_after_fork
from tiny_client.observe.client_metrics import client_families
from tiny_client.observe.counts import PAGE_BOUNDS, SLOT_BOUNDS, Counts
from tiny_client.observe.families import Report, count_metrics, merged, metric_of
from tiny_client.stats import CacheStats, ClientStats

if TYPE_CHECKING:
    from tiny_client.composition import SlotOutcome, SlotRequest
    from tiny_client.observe.shared import SharedMetrics

__all__ = ["CONTENT_TYPE", "HostMetrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class HostMetrics:
    """The metrics of one host; safe to use from any thread.

    Each slot counts as exactly one outcome. No more than `most_fragments`, and `most_releases` of
    each, have series. `stats`, and those of further `caches` by name, are asked for the rest when
    somebody reads the metrics.

    The processes of a host that are given the same `folder` answer for each other. Close it then:
    `close()` ends the thread that writes there. A forked child starts at zero.
    """

    def __init__(
        self,
        stats: Callable[[], ClientStats],
        *,
        most_fragments: int,
        most_releases: int,
        folder: Path | None = None,
        caches: Mapping[str, Callable[[], CacheStats]] | None = None,
    ) -> None:
        self._stats = stats
        self._caches = caches or {}
        self._most_fragments = most_fragments
        self._most_releases = most_releases
        self._shared: SharedMetrics | None = None
        self._begin()
        if folder is not None:
            # Not at the top: it needs file locks, which not every system has.
            from tiny_client.observe.shared import SharedMetrics

            self._shared = SharedMetrics(folder, self.report, self.add)
        renew_after_fork(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counts()

    def slot(self, request: SlotRequest, outcome: SlotOutcome) -> None:
        """Count one slot that was served."""
        release = outcome.release
        with self._lock:
            fragment = self._counts.fragment(
                (request.name, request.contract_version), release, most=self._most_fragments
            )
            counts = fragment.releases.get(release)
            if counts is None:
                counts = self._counts.release(fragment, release, most=self._most_releases)
            outcomes = counts.outcomes
            outcomes[outcome.kind] = outcomes.get(outcome.kind, 0) + 1
            counts.served_at = outcome.opened_at
            fragment.seconds.observe(SLOT_BOUNDS, outcome.seconds)
            if outcome.load_seconds:
                fragment.load_seconds.observe(SLOT_BOUNDS, outcome.load_seconds)
            if outcome.render_seconds:
                fragment.render_seconds.observe(SLOT_BOUNDS, outcome.render_seconds)
            if outcome.late:
                fragment.late += 1

    def page(self, seconds: float, *, degraded: bool) -> None:
        """Count one page that was served; `degraded` where a slot of it has its fallback."""
        outcome = "degraded" if degraded else "whole"
        with self._lock:
            pages = self._counts.pages
            pages[outcome] = pages.get(outcome, 0) + 1
            self._counts.page_seconds.observe(PAGE_BOUNDS, seconds)
        if self._shared is not None:
            self._shared.start()

    def browser_report(self, kind: str) -> None:
        """Count one report that a browser sent, by its kind."""
        with self._lock:
            reports = self._counts.browser_reports
            reports[kind] = reports.get(kind, 0) + 1

    def report(self) -> Report:
        """Return a copy of what this process counted, with what its client says."""
        caches = {name: stats() for name, stats in self._caches.items()}
        families = client_families(self._stats(), caches)
        with self._lock:
            content = msgspec.msgpack.encode(self._counts)
        return Report(msgspec.msgpack.decode(content, type=Counts), families)

    def add(self, report: Report, other: Report) -> None:
        """Add another process' report to `report`."""
        report.counts.add(
            other.counts,
            most_fragments=self._most_fragments,
            most_releases=self._most_releases,
        )
        report.families = merged([*report.families, *other.families])

    def text(self) -> bytes:
        """Return the metrics of all processes that share the folder in Prometheus' text format."""
        report = self.report() if self._shared is None else self._shared.of_all()
        registry = CollectorRegistry()
        registry.register(_Once(report))
        return generate_latest(registry)

    def close(self) -> None:
        """Say the last word to the other processes; calling it twice is harmless."""
        if self._shared is not None:
            self._shared.close()

    def after_fork_in_child(self) -> None:
        """Start at zero: what was counted is the parent's."""
        self._begin()


class _Once(Collector):
    """Hands one report to Prometheus' library."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def describe(self) -> Iterator[Metric]:
        """Name nothing ahead: there is no other collector to be mixed up with."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield each metric."""
        yield from count_metrics(self._report.counts)
        for family in self._report.families:
            yield metric_of(family)
