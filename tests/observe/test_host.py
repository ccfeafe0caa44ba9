"""A host that serves pages counts each of their slots as exactly one outcome."""

from __future__ import annotations

import re

from tests.observe.conftest import GREETING, HEAD, PLAIN, PURE, metric_names, samples, total

OUTCOMES = {"rendered", "cached", "stale", "fallback", "breaker-open"}
ENOUGH_PAGES = 300


def test_sum_over_a_mix_of_all_outcomes_is_the_number_of_slots_served(make_app, registry):
    registry.deploy("Pure", "1.0.0", umd=GREETING, metadata=PURE)
    registry.deploy("Anew", "1.0.0", umd=GREETING, metadata=PLAIN)
    slots = "".join(
        f'{{{{ fragment("{name}", "1.0.0", name="x", fallback="sorry") }}}}'
        for name in ("Pure", "Pure", "Anew", "Missing")
    )
    app = make_app({"home": HEAD + slots}, TINY_CACHE_TTL=0.05, TINY_BREAKER_MIN_CALLS=10)
    client = app.test_client()
    served = pages = 0
    seen: set[str] = set()
    while seen != OUTCOMES and pages < ENOUGH_PAGES:
        with client.get("/home") as answer:
            served += len(re.findall("<tiny-fragment ", answer.text))
        pages += 1
        text = client.get("/metrics").text
        seen = {labels["outcome"] for labels, _ in samples(text, "tiny_slots_total")}
    assert seen == OUTCOMES
    assert served == 4 * pages
    assert total(text, "tiny_slots_total") == served
    assert total(text, "tiny_forgotten_slots_total") == 0
    assert total(text, "tiny_slots_total", fragment="Missing", release="") == pages
    current = {labels["release"] for labels, _ in samples(text, "tiny_slots_total")}
    assert len(current) == 3  # of two fragments, and none
    assert total(text, "tiny_pages_total") == pages
    assert total(text, "tiny_pages_total", outcome="degraded") == pages
    assert total(text, "tiny_breaker_state", fragment="Missing") > 0
    assert total(text, "tiny_registry_requests_total") > 0
    assert total(text, "tiny_engine_renders_total") > 0


def test_metrics_are_what_prometheus_reads(make_app):
    answer = make_app().test_client().get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert all(name.startswith("tiny_") for name in metric_names(answer.text))


def test_caches_of_pages_are_among_the_metrics(make_app, registry):
    registry.deploy("Pure", "1.0.0", umd=GREETING, metadata=PURE)
    client = make_app({"home": HEAD + '{{ fragment("Pure", "1.0.0", name="x") }}'}).test_client()
    for _ in range(3):
        with client.get("/home") as answer:
            assert "Hello x" in answer.text
    text = client.get("/metrics").text
    assert total(text, "tiny_cache_hits_total", cache="islands") >= 1
    assert total(text, "tiny_cache_entries", cache="rendered") == 1
    assert total(text, "tiny_cache_entries", cache="releases") >= 1
    assert total(text, "tiny_cache_max_bytes", cache="islands") > 0


def test_page_that_nobody_reads_to_its_end_is_counted_once(make_app, registry):
    registry.deploy("Pure", "1.0.0", umd=GREETING, metadata=PURE)
    client = make_app({"home": HEAD + '{{ fragment("Pure", "1.0.0", name="x") }}'}).test_client()
    client.get("/home").close()
    client.head("/home").close()
    assert total(client.get("/metrics").text, "tiny_pages_total") == 1
