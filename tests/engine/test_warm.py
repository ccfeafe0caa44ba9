"""Warming renders in every worker before traffic does, and the engine says what it holds."""

from __future__ import annotations

import os
import threading

import pytest

from tiny_client.errors import BundleError, EngineUnavailable, RenderTimeout

COUNT = "let n = 0; module.exports = () => String(++n)"
WAIT = (
    "module.exports = (p) => { const end = Date.now() + p.ms; while (Date.now() < end); return '' }"
)
LOOP = "module.exports = () => { for (;;); }"


def together(engine, make_job, threads):
    """Have so many renders go on at once that each needs a worker of its own."""
    while engine.stats().workers < threads:
        work = [
            threading.Thread(
                target=engine.render,
                args=(make_job(WAIT, '{"ms": 100}', fragment=f"Wait{n}"),),
                kwargs={"timeout": 60},
            )
            for n in range(threads)
        ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()


def test_warming_renders_once_in_each_living_worker(make_engine, make_job):
    engine = make_engine(workers=3)
    together(engine, make_job, 2)
    before = engine.stats()
    engine.warm(make_job(COUNT), timeout=60)
    after = engine.stats()
    assert after.renders - before.renders == after.cold_renders - before.cold_renders == 2
    assert after.contexts - before.contexts == 2
    assert engine.render(make_job(COUNT), timeout=60) == "2"
    assert engine.stats().cold_renders == after.cold_renders


def test_warming_starts_a_worker_where_none_lives(engine, make_job):
    engine.warm(make_job(COUNT), timeout=60)
    assert engine.render(make_job(COUNT), timeout=60) == "2"


def test_others_render_while_one_worker_is_warmed(make_engine, make_job):
    engine = make_engine(workers=2)
    together(engine, make_job, 2)
    done = threading.Event()

    def warm() -> None:
        engine.warm(make_job(WAIT, '{"ms": 1000}', fragment="Slow"), timeout=60)
        done.set()

    thread = threading.Thread(target=warm)
    thread.start()
    while not engine.stats().busy_workers:
        pass
    assert engine.render(make_job(COUNT), timeout=60) == "1"
    assert not done.is_set()
    thread.join()


def test_a_bundle_that_cannot_be_warmed_is_told(engine, make_job):
    with pytest.raises(BundleError, match="Error: no"):
        engine.warm(make_job("throw new Error('no')"), timeout=60)


def test_warming_costs_one_worker_at_most(make_engine, make_job):
    engine = make_engine(workers=2, render_timeout=0.1)
    together(engine, make_job, 2)
    with pytest.raises(RenderTimeout):
        engine.warm(make_job(LOOP), timeout=60)
    # The second try was not made in the second worker, but apart.
    assert engine.stats().workers == 1
    assert engine.stats().kills["late"] == 2


def test_a_closed_engine_warms_nothing(engine, make_job):
    engine.close()
    with pytest.raises(EngineUnavailable, match="closed"):
        engine.warm(make_job(COUNT), timeout=60)


def test_an_engine_says_what_it_holds_and_did(make_engine, make_job, workers_of):
    engine = make_engine(workers=2, render_timeout=0.1)
    assert engine.stats().workers == engine.stats().memory_bytes == 0
    for _ in range(3):
        engine.render(make_job(COUNT), timeout=60)
    stats = engine.stats()
    assert stats.workers == len(workers_of(os.getpid())) == 1
    assert (stats.contexts, stats.renders, stats.cold_renders) == (1, 3, 1)
    assert (stats.busy_workers, stats.waiting, dict(stats.kills)) == (0, 0, {})
    assert 1_000_000 < stats.memory_bytes < 200_000_000
    assert stats.render_seconds > 0


def test_an_engine_counts_why_its_workers_ended(make_engine, make_job):
    engine = make_engine(workers=1, render_timeout=0.1, heap_bytes=2**25, max_renders_per_worker=4)
    bomb = "module.exports = () => { const a = []; for (;;) a.push(new Array(1000).fill(1.5)) }"
    for _ in range(4):
        engine.render(make_job(COUNT), timeout=60)
    with pytest.raises(RenderTimeout):
        engine.render(make_job(LOOP), timeout=60)
    with pytest.raises(Exception, match="memory"):
        engine.render(make_job(bomb, fragment="Bomb"), timeout=60)
    assert engine.stats().kills == {"recycled": 1, "late": 1, "memory": 1}
