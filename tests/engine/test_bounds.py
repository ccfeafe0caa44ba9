"""Memory comes back when nobody renders, and a bundle that fails takes nothing from the others."""

from __future__ import annotations

import os
import threading
import time

import pytest

from tiny_client.errors import EngineUnavailable, RenderError, RenderTimeout

FINE = "module.exports = () => 'fine'"
LOOP = "module.exports = () => { for (;;); }"
COUNT = "let n = 0; module.exports = () => String(++n)"
# Keeps 20 MB for as long as its context lives.
LARGE = "const kept = new Array(2.5e6).fill(1.5); module.exports = () => String(kept.length)"
# Keeps another megabyte with each render.
LEAK = "const kept = []; module.exports = () => String(kept.push(new Array(1.3e5).fill(1.5)))"


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.01)


def test_the_memory_of_an_idle_context_comes_back_though_no_render_comes(make_engine, make_job):
    engine = make_engine(workers=1, idle_context_seconds=0.5)
    engine.render(make_job(FINE), timeout=60)
    engine.render(make_job(LARGE, fragment="Large"), timeout=60)
    held = engine.stats().memory_bytes
    wait_until(lambda: engine.stats().memory_bytes < held - 15_000_000)


def test_a_worker_that_has_nothing_to_do_ends_and_another_starts(make_engine, make_job, workers_of):
    engine = make_engine(workers=1, idle_worker_seconds=0.3)
    assert engine.render(make_job(COUNT), timeout=60) == "1"
    (first,) = workers_of(os.getpid())
    wait_until(lambda: not workers_of(os.getpid()))
    assert engine.stats().workers == 0
    assert engine.render(make_job(COUNT), timeout=60) == "1"
    assert workers_of(os.getpid()) != [first]
    assert engine.stats().kills == {"idle": 1}


def test_a_worker_that_grows_too_large_is_replaced_between_two_renders(make_engine, make_job):
    engine = make_engine(workers=1, max_worker_bytes=20_000_000)
    counts = [int(engine.render(make_job(LEAK), timeout=60)) for _ in range(160)]
    assert counts[:50] == list(range(1, 51))
    assert counts[50] == 1  # weighed after fifty renders
    assert engine.stats().kills["memory"] >= 2


def test_a_worker_holds_as_many_contexts_as_it_may(make_engine, make_job):
    engine = make_engine(workers=1, max_contexts_per_worker=40)
    for _ in range(2):
        for number in range(40):
            assert engine.render(make_job(FINE, fragment=f"F{number}"), timeout=60) == "fine"
    assert engine.stats().kills == {}
    assert engine.stats().cold_renders == 40


def test_releases_of_one_fragment_do_not_fill_a_worker(make_engine, make_job):
    engine = make_engine(workers=1, max_contexts_per_fragment=3)
    other, *releases = (
        make_job(COUNT + f"// {n}", fragment="Other" if n == 0 else "One") for n in range(5)
    )
    for job in (other, *releases):
        assert engine.render(job, timeout=60) == "1"
    for job in (other, *releases[1:]):
        assert engine.render(job, timeout=60) == "2"
    assert engine.render(releases[0], timeout=60) == "1"


def test_a_worker_full_of_garbage_is_not_replaced(make_engine, make_job):
    engine = make_engine(workers=1, max_worker_bytes=20_000_000)
    source = "let n = 0; module.exports = () => { new Array(2e5).fill(1.5); return String(++n) }"
    assert [engine.render(make_job(source), timeout=60) for _ in range(120)][-1] == "120"
    assert engine.stats().kills == {}


def test_a_bundle_that_failed_is_tried_apart_from_the_others(make_engine, make_job):
    engine = make_engine(workers=1, render_timeout=5.0, first_render_timeout=1.0)
    engine.render(make_job(COUNT), timeout=60)
    with pytest.raises(RenderTimeout):
        engine.render(make_job(LOOP, fragment="Loop"), timeout=60)
    assert engine.render(make_job(COUNT), timeout=60) == "1"  # that cost the only worker

    def again() -> None:
        with pytest.raises(RenderTimeout):
            engine.render(make_job(LOOP, fragment="Loop"), timeout=60)

    thread = threading.Thread(target=again)
    thread.start()
    wait_until(lambda: engine.stats().busy_workers == 1)
    assert engine.render(make_job(COUNT), timeout=60) == "2"
    assert thread.is_alive()  # it still hangs, and hinders nobody
    thread.join()
    assert engine.render(make_job(COUNT), timeout=60) == "3"


def test_a_bundle_that_works_again_returns_to_the_others(make_engine, make_job):
    engine = make_engine(workers=1)
    source = "let n = 0; module.exports = (p) => p.stuck ? new Promise(() => {}) : String(++n)"
    assert engine.render(make_job(source), timeout=60) == "1"
    with pytest.raises(RenderTimeout):
        engine.render(make_job(source, '{"stuck": true}'), timeout=60)
    assert engine.render(make_job(source), timeout=60) == "1"  # apart
    assert engine.render(make_job(source), timeout=60) == "2"  # where it was


def test_many_callers_of_a_looping_bundle_leave_the_others_alone(make_engine, make_job):
    engine = make_engine(workers=2, render_timeout=0.1, quarantine_seconds=600)
    for fragment in ("One", "Two"):
        engine.render(make_job(FINE, fragment=fragment), timeout=60)
    failed: list[RenderError] = []

    def loop() -> None:
        try:
            engine.render(make_job(LOOP, fragment="Loop"), timeout=60)
        except RenderError as error:
            failed.append(error)

    loops = [threading.Thread(target=loop) for _ in range(30)]
    for thread in loops:
        thread.start()
    for _ in range(20):
        assert engine.render(make_job(FINE, fragment="One"), timeout=60) == "fine"
        assert engine.render(make_job(FINE, fragment="Two"), timeout=60) == "fine"
    for thread in loops:
        thread.join()
    assert len(failed) == 30
    # Two can begin before anybody knows; each later one is alone, until three have failed.
    assert engine.stats().kills["late"] <= 4


def test_a_full_queue_turns_callers_away_at_once(make_engine, make_job):
    engine = make_engine(workers=1, render_timeout=2.0, first_render_timeout=60, queue_size=2)
    engine.render(make_job(FINE), timeout=60)

    def loop(n: int) -> None:
        with pytest.raises(RenderError):
            engine.render(make_job(LOOP, fragment=f"Loop{n}"), timeout=60)

    loops = [threading.Thread(target=loop, args=(n,)) for n in range(3)]
    for n, thread in enumerate(loops):
        thread.start()
        wait_until(lambda n=n: engine.stats().busy_workers + engine.stats().waiting == n + 1)
    with pytest.raises(EngineUnavailable, match="queue_size"):
        engine.render(make_job(FINE), timeout=60)
    engine.close()
    for thread in loops:
        thread.join()
