"""What one Prometheus metric is made of, and how those of several processes become one; pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from tiny_client.observe.counts import PAGE_BOUNDS, SLOT_BOUNDS, Counts, Histogram

__all__ = ["Family", "Report", "count_metrics", "merged", "metric_of"]


class Family(msgspec.Struct):
    """A counter or a gauge with all its series; `name` is without Prometheus' `_total`.

    `merge` says what several processes amount to: their sum, or the highest of them.
    """

    kind: Literal["counter", "gauge"]
    name: str
    help: str
    labels: tuple[str, ...] = ()
    samples: dict[tuple[str, ...], float] = {}
    merge: Literal["sum", "max"] = "sum"


class Report(msgspec.Struct):
    """All that one process says; `families` is what its client says about itself."""

    counts: Counts
    families: list[Family]


def merged(families: Iterable[Family]) -> list[Family]:
    """Return one family for each name."""
    found: dict[str, Family] = {}
    for family in families:
        mine = found.get(family.name)
        if mine is None:
            found[family.name] = msgspec.structs.replace(family, samples=dict(family.samples))
            continue
        for labels, value in family.samples.items():
            before = mine.samples.get(labels)
            if before is None:
                mine.samples[labels] = value
            else:
                mine.samples[labels] = before + value if mine.merge == "sum" else max(before, value)
    return list(found.values())


def metric_of(family: Family) -> Metric:
    """Return the family as Prometheus' library has it."""
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    metric = kind(family.name, family.help, labels=family.labels)
    for labels, value in family.samples.items():
        metric.add_metric(labels, value)
    return metric


def count_metrics(counts: Counts) -> list[Metric]:
    """Return the metrics of slots, pages and reports."""
    return [*_slot_metrics(counts), *_page_metrics(counts)]


def _slot_metrics(counts: Counts) -> list[Metric]:
    names = ("fragment", "contract_version")
    slots = CounterMetricFamily(
        "tiny_slots",
        "Slots served, each by exactly one outcome",
        labels=(*names, "release", "outcome"),
    )
    late = CounterMetricFamily(
        "tiny_late_slots", "Slots whose HTML came after their place was sent", labels=names
    )
    forgotten = CounterMetricFamily(
        "tiny_forgotten_slots",
        "Slots that were counted in series which have been removed since",
        value=counts.forgotten,
    )
    spans = {
        field: HistogramMetricFamily(f"tiny_slot{middle}_seconds", text, labels=names)
        for field, middle, text in (
            ("seconds", "", "Seconds from opening a slot until it was filled"),
            ("load_seconds", "_load", "Seconds that slots which were not at hand took to load"),
            ("render_seconds", "_render", "Seconds that slots which were rendered took for it"),
        )
    }
    for key, fragment in (*counts.known.items(), *counts.unknown.items()):
        for release, of_release in fragment.releases.items():
            for outcome, count in of_release.outcomes.items():
                slots.add_metric((*key, release, outcome), count)
        if fragment.late:
            late.add_metric(key, fragment.late)
        for field, metric in spans.items():
            _add_histogram(metric, key, SLOT_BOUNDS, getattr(fragment, field))
    return [slots, forgotten, late, *spans.values()]


def _page_metrics(counts: Counts) -> list[Metric]:
    pages = CounterMetricFamily(
        "tiny_pages", "Pages served: whole, or degraded by a fallback", labels=("outcome",)
    )
    for outcome, count in counts.pages.items():
        pages.add_metric((outcome,), count)
    seconds = HistogramMetricFamily("tiny_page_seconds", "Seconds from a page's start to end")
    _add_histogram(seconds, (), PAGE_BOUNDS, counts.page_seconds)
    reports = CounterMetricFamily(
        "tiny_reports", "Reports of browsers about what they stopped", labels=("kind",)
    )
    for kind, count in counts.browser_reports.items():
        reports.add_metric((kind,), count)
    return [pages, seconds, reports]


def _add_histogram(
    metric: HistogramMetricFamily,
    labels: tuple[str, ...],
    bounds: tuple[float, ...],
    histogram: Histogram,
) -> None:
    if labels and not any(histogram.counts):
        return
    so_far = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip((*bounds, float("inf")), histogram.counts, strict=True):
        so_far += count
        buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), so_far))
    metric.add_metric(labels, buckets, histogram.total)
