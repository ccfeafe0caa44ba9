"""Each slot counts as exactly one outcome, in a bounded number of series."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.observe.conftest import asked, client_stats, ended, samples, total
from tiny_client.observe.counts import UNKNOWN_FRAGMENTS
from tiny_client.observe.metrics import HostMetrics
from tiny_client.stats import CacheStats, EngineStats, LoaderStats

OUTCOMES = ("rendered", "cached", "stale", "fallback", "breaker-open")


def make_metrics(*, fragments: int = 1000, releases: int = 5, stats=client_stats) -> HostMetrics:
    return HostMetrics(stats, most_fragments=fragments, most_releases=releases)


slots = st.tuples(
    st.sampled_from(["Cart", "Menu", "Head", "Foot"]),
    st.sampled_from(["1.0.0", "2.0.0"]),
    st.sampled_from(["", "r1", "r2", "r3", "r4"]),
    st.sampled_from(OUTCOMES),
    st.floats(0, 20),
)


@given(served=st.lists(slots, max_size=60), fragments=st.integers(1, 9), releases=st.integers(1, 5))
def test_sum_over_all_series_is_the_number_of_slots_served(served, fragments, releases):
    metrics = make_metrics(fragments=fragments, releases=releases)
    for time, (name, version, release, kind, seconds) in enumerate(served):
        outcome = ended(kind, seconds, release=release, opened_at=time)
        metrics.slot(asked(name, version), outcome)
    text = metrics.text()
    counted = total(text, "tiny_slots_total") + total(text, "tiny_forgotten_slots_total")
    assert counted == len(served)
    series = [labels for labels, _ in samples(text, "tiny_slots_total")]
    by_fragment: dict[tuple[str, str], set[str]] = {}
    for labels in series:
        key = (labels["fragment"], labels["contract_version"])
        by_fragment.setdefault(key, set()).add(labels["release"])
    known = {key for key, found in by_fragment.items() if found != {""}}
    assert len(known) <= fragments
    assert len(by_fragment.keys() - known) <= fragments
    assert all(len(found - {""}) <= releases for found in by_fragment.values())


@given(
    processes=st.lists(st.lists(slots, max_size=20), min_size=1, max_size=4),
    fragments=st.integers(1, 9),
    releases=st.integers(1, 5),
)
def test_sum_over_several_processes_is_the_number_of_slots_served(processes, fragments, releases):
    reports = []
    for served in processes:
        metrics = make_metrics(fragments=fragments, releases=releases)
        for time, (name, version, release, kind, seconds) in enumerate(served):
            metrics.slot(
                asked(name, version), ended(kind, seconds, release=release, opened_at=time)
            )
        reports.append(metrics.report())
    whole, *others = reports
    for other in others:
        metrics.add(whole, other)
    counts = whole.counts
    by_fragment = [*counts.known.values(), *counts.unknown.values()]
    series = sum(fragment.served for fragment in by_fragment)
    assert series + counts.forgotten == sum(map(len, processes))
    assert not counts.known.keys() & counts.unknown.keys()
    assert max(len(counts.known), len(counts.unknown)) <= fragments
    assert all(len(entry.releases.keys() - {""}) <= releases for entry in by_fragment)


def test_slot_is_counted_by_fragment_contract_version_release_and_outcome():
    metrics = make_metrics()
    for outcome in OUTCOMES:
        metrics.slot(asked(), ended(outcome))
    assert {
        frozenset(labels.items()) for labels, _ in samples(metrics.text(), "tiny_slots_total")
    } == {
        frozenset(
            {
                "fragment": "Cart",
                "contract_version": "1.0.0",
                "release": "r1",
                "outcome": outcome,
            }.items()
        )
        for outcome in OUTCOMES
    }


def test_releases_that_are_long_gone_have_no_series_any_more():
    metrics = make_metrics(releases=2)
    for number in range(200):
        metrics.slot(asked(), ended(release=f"r{number}", opened_at=number))
        metrics.slot(asked(), ended("fallback", release="", opened_at=number))
    text = metrics.text()
    kept = {labels["release"] for labels, _ in samples(text, "tiny_slots_total")}
    assert kept == {"r198", "r199", ""}
    assert total(text, "tiny_forgotten_slots_total") == 198


def test_release_that_is_rolled_back_to_keeps_its_series():
    metrics = make_metrics(releases=2)
    for time, release in enumerate(["old", "new", "old", "newer"]):
        metrics.slot(asked(), ended(release=release, opened_at=time))
    kept = {labels["release"] for labels, _ in samples(metrics.text(), "tiny_slots_total")}
    assert kept == {"old", "newer"}


def test_names_that_nobody_deployed_do_not_push_out_fragments_that_work():
    metrics = make_metrics()
    metrics.slot(asked("Cart"), ended(opened_at=0))
    for number in range(3 * UNKNOWN_FRAGMENTS):
        metrics.slot(asked(f"x{number}"), ended("fallback", release="", opened_at=number))
    names = {labels["fragment"] for labels, _ in samples(metrics.text(), "tiny_slots_total")}
    assert len(names) == 1 + UNKNOWN_FRAGMENTS
    assert {"Cart", f"x{3 * UNKNOWN_FRAGMENTS - 1}"} <= names


def test_fragment_that_loads_late_takes_its_first_fallbacks_along():
    metrics = make_metrics()
    metrics.slot(asked(), ended("fallback", release=""))
    metrics.slot(asked(), ended())
    assert total(metrics.text(), "tiny_slots_total", fragment="Cart") == 2


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("tiny_slot_seconds", "seconds"),
        ("tiny_slot_load_seconds", "load_seconds"),
        ("tiny_slot_render_seconds", "render_seconds"),
    ],
)
def test_histogram_has_each_time_in_the_buckets_that_it_belongs_to(name, field):
    metrics = make_metrics()
    for seconds in (0.0005, 0.003, 7.0):
        metrics.slot(asked(), ended(**{field: seconds}))
    text = metrics.text()
    buckets = {labels["le"]: value for labels, value in samples(text, f"{name}_bucket")}
    assert [buckets[le] for le in ("0.0005", "0.0025", "0.005", "5.0", "+Inf")] == [1, 1, 2, 2, 3]
    assert total(text, f"{name}_count") == 3
    assert total(text, f"{name}_sum") == pytest.approx(7.0035)


def test_slots_at_hand_are_not_in_the_histograms_of_loading_and_rendering():
    metrics = make_metrics()
    metrics.slot(asked(), ended("cached"))
    text = metrics.text()
    assert total(text, "tiny_slot_seconds_count") == 1
    assert not list(samples(text, "tiny_slot_load_seconds_count"))
    assert not list(samples(text, "tiny_slot_render_seconds_count"))


def test_late_slots_and_degraded_pages_are_counted():
    metrics = make_metrics()
    metrics.slot(asked(), ended(late=True))
    metrics.slot(asked(), ended())
    metrics.page(0.02, degraded=False)
    metrics.page(0.2, degraded=True)
    text = metrics.text()
    assert total(text, "tiny_late_slots_total", fragment="Cart") == 1
    assert total(text, "tiny_pages_total", outcome="whole") == 1
    assert total(text, "tiny_pages_total", outcome="degraded") == 1
    assert total(text, "tiny_page_seconds_count") == 2


def test_threads_lose_no_count():
    metrics = make_metrics()

    def serve() -> None:
        for number in range(500):
            metrics.slot(asked(), ended(OUTCOMES[number % 5]))

    threads = [threading.Thread(target=serve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total(metrics.text(), "tiny_slots_total") == 4000


def test_text_says_what_the_client_says():
    stats = client_stats(
        engine=EngineStats(
            workers=2, busy_workers=1, contexts=3, memory_bytes=5, renders=7, kills={"late": 2}
        ),
        loader=LoaderStats(
            memory=CacheStats(hits=9), fresh=9, waited=1, requests={"ok": 1, "failed": 2}
        ),
        rendered=CacheStats(hits=4, misses=1, size_bytes=100, max_bytes=200, entries=3),
        breakers={("A", "1"): "closed", ("B", "1"): "half-open", ("C", "1"): "open"},
        condemned={("C", "1"): "bad"},
    )
    text = make_metrics(stats=lambda: stats).text()
    assert total(text, "tiny_engine_workers") == 2
    assert total(text, "tiny_engine_renders_total") == 7
    assert total(text, "tiny_engine_kills_total", reason="late") == 2
    assert total(text, "tiny_registry_requests_total", outcome="failed") == 2
    assert total(text, "tiny_loads_total", outcome="fresh") == 9
    assert total(text, "tiny_cache_hits_total", cache="rendered") == 4
    assert total(text, "tiny_cache_bytes", cache="rendered") == 100
    states = {labels["fragment"]: value for labels, value in samples(text, "tiny_breaker_state")}
    assert states == {"A": 0, "B": 1, "C": 2}
    assert total(text, "tiny_condemned_release", fragment="C", release="bad") == 1


def test_name_that_needs_escaping_stays_one_label():
    metrics = make_metrics()
    metrics.slot(asked('a"b\\c\nd'), ended("fallback", release=""))
    assert rb'fragment="a\"b\\c\nd"' in metrics.text()
