"""The pool hands its workers out fairly, keeps their contexts warm, and knows when to let go."""

from __future__ import annotations

import os
import threading

import pytest

from tiny_client.errors import (
    BundleError,
    ComponentError,
    EngineUnavailable,
    RenderTimeout,
)

COUNT = "let n = 0; module.exports = () => String(++n)"
LOOP = "module.exports = () => { for (;;); }"


def test_one_caller_keeps_to_one_worker_and_its_warm_context(make_engine, make_job, workers_of):
    engine = make_engine(workers=3)
    assert [engine.render(make_job(COUNT), timeout=60) for _ in range(5)] == list("12345")
    assert len(workers_of(os.getpid())) == 1


def test_the_least_recently_used_context_goes_first(make_engine, make_job):
    engine = make_engine(workers=1, max_contexts_per_worker=2)

    def count(fragment):
        return engine.render(make_job(COUNT, fragment=fragment), timeout=60)

    assert [count("A"), count("B"), count("A"), count("C")] == ["1", "1", "2", "1"]
    assert [count("A"), count("B")] == ["3", "1"]  # B had to go for C, and the host noticed


def test_an_idle_context_is_given_up_and_made_anew(make_engine, make_job):
    engine = make_engine(workers=1, idle_context_seconds=0.05)
    seen = set()
    for _ in range(200):
        seen.add(engine.render(make_job(COUNT), timeout=60))
        if len(seen) > 1 and "1" in seen:
            break
        threading.Event().wait(0.1)
        if engine.render(make_job(COUNT), timeout=60) == "1":
            return
    pytest.fail("it was never given up")


def test_an_older_release_is_given_up_once_a_newer_one_serves(make_engine, make_job):
    engine = make_engine(workers=1, superseded_after_renders=3)
    old, new = make_job(COUNT), make_job(COUNT + " // newer")
    assert engine.render(old, timeout=60) == "1"
    for _ in range(3):
        engine.render(new, timeout=60)
    assert engine.render(old, timeout=60) == "1"


def test_two_releases_that_are_both_in_use_both_stay(make_engine, make_job):
    engine = make_engine(workers=1, superseded_after_renders=3)
    one, two = make_job(COUNT), make_job(COUNT + " // other")
    for n in range(1, 8):
        assert engine.render(one, timeout=60) == str(n)
        assert engine.render(two, timeout=60) == str(n)


def test_a_worker_is_replaced_after_so_many_renders(make_engine, make_job, workers_of):
    engine = make_engine(workers=1, max_renders_per_worker=3)
    results = [engine.render(make_job(COUNT), timeout=60) for _ in range(7)]
    assert results == list("1231231")


def test_an_ordinary_error_keeps_the_context(make_engine, make_job):
    engine = make_engine(workers=1)
    source = "let n = 0; module.exports = (p) => { n++; if (p.bad) throw 1; return String(n) }"
    engine.render(make_job(source), timeout=60)
    with pytest.raises(ComponentError):
        engine.render(make_job(source, '{"bad": true}'), timeout=60)
    assert engine.render(make_job(source), timeout=60) == "3"


def test_a_caller_that_finds_no_free_worker_is_told(make_engine, make_job):
    engine = make_engine(workers=1, render_timeout=3.0)
    engine.render(make_job(COUNT), timeout=60)
    busy = threading.Thread(
        target=pytest.raises,
        args=(RenderTimeout, engine.render, make_job(LOOP)),
        kwargs={"timeout": 60},
    )
    busy.start()
    errors = []
    while not errors:
        try:
            engine.render(make_job(COUNT), timeout=0.05)
        except EngineUnavailable as error:
            errors.append(error)
    busy.join()
    assert "EngineSettings.workers" in str(errors[0])


def test_a_caller_with_little_time_does_not_undo_the_cold_start(make_engine, make_job, workers_of):
    engine = make_engine(workers=1)
    with pytest.raises(RenderTimeout, match="the caller gave it"):
        engine.render(make_job(COUNT), timeout=0.0001)
    # The first render went on without its caller; this one finds the context warm.
    assert engine.render(make_job(COUNT), timeout=60) == "2"


def test_closing_ends_what_is_being_rendered(make_engine, make_job):
    engine = make_engine(workers=2, render_timeout=60)
    engine.render(make_job(COUNT), timeout=60)
    errors = []

    def render():
        try:
            engine.render(make_job(LOOP), timeout=60)
        except EngineUnavailable as error:
            errors.append(error)

    threads = [threading.Thread(target=render) for _ in range(4)]
    for thread in threads:
        thread.start()
    threading.Event().wait(0.3)
    engine.close()
    for thread in threads:
        thread.join(20)
    assert len(errors) == 4


def test_a_bundle_that_always_costs_a_worker_is_left_alone_for_a_while(make_engine, make_job):
    engine = make_engine(render_timeout=0.1, quarantine_after=2, quarantine_seconds=600)
    for _ in range(2):
        with pytest.raises(RenderTimeout) as first:
            engine.render(make_job(LOOP), timeout=60)
    with pytest.raises(RenderTimeout) as second:
        engine.render(make_job(LOOP), timeout=60)

    assert "twice EngineSettings.render_timeout" in str(second.value)
    assert second.value is not first.value
    assert "failed 2 times in a row" in second.value.__notes__[0]
    # Another release is another bundle.
    assert engine.render(make_job(COUNT), timeout=60) == "1"


def test_a_bundle_that_is_broken_is_not_loaded_again_and_again(engine, make_job):
    for _ in range(5):
        with pytest.raises(BundleError, match="Error: no") as caught:
            engine.render(make_job("throw new Error('no')"), timeout=60)
    assert caught.value.__notes__


def test_a_component_that_throws_is_tried_every_time(engine, make_job):
    source = "let n = 0; module.exports = () => { throw new Error(String(++n)) }"
    for n in range(1, 8):
        with pytest.raises(ComponentError, match=f"Error: {n}$"):
            engine.render(make_job(source), timeout=60)


def test_a_bundle_that_works_in_between_is_never_left_alone(make_engine, make_job):
    engine = make_engine(workers=1, quarantine_after=2, quarantine_seconds=600)
    source = "module.exports = async (p) => p.stuck ? new Promise(() => {}) : 'fine'"
    for _ in range(4):
        with pytest.raises(RenderTimeout):
            engine.render(make_job(source, '{"stuck": true}'), timeout=60)
        assert engine.render(make_job(source), timeout=60) == "fine"
