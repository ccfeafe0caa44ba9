"""Whatever a bundle does costs a worker at most: the host lives, and the next call works."""

from __future__ import annotations

import os
import threading
import time

import pytest

from tiny_client.errors import (
    MemoryLimitExceeded,
    RenderError,
    RenderTimeout,
    TinyError,
    WorkerCrashed,
)

FINE = "module.exports = () => 'fine'"

ENDLESS = {
    "a loop": "for (;;);",
    "microtasks": "const f = () => { Promise.resolve().then(f) }; f(); return 'x'",
    "an interval": "return new Promise(() => setInterval(() => {}, 1))",
    "a regular expression": "return String(/^(a+)+$/.test('a'.repeat(60) + 'b'))",
    "a getter of a thrown error": "throw { get message() { for (;;); } }",
    "a loop in finally": "try { throw 1 } finally { for (;;); }",
}
UNSTOPPABLE = {
    "a native sort": "new Float64Array(3e7).map(Math.random).sort(); return 'x'",
}
BOMBS = {
    "the heap": "const a = []; for (;;) a.push({ x: new Array(1000).fill(1.5) })",
    "the heap in microtasks": "const f = () => Promise.resolve().then(f); f(); return 'x'",
}
FATAL_BOMBS = {
    "one huge array": "new Array(4e8).fill(0); return 'x'",
    "array buffers": "const a = []; for (;;) a.push(new ArrayBuffer(1e7))",
    "strings": "let s = 'x'.repeat(1e6); const a = []; for (;;) a.push((s + a.length).split(''))",
}


def component(body):
    return f"module.exports = () => {{ {body} }}"


@pytest.fixture
def strict(make_engine):
    """Return an engine that gives up soon."""
    return make_engine(render_timeout=0.2, heap_bytes=64 * 1024 * 1024)


def assert_next_call_works(engine, make_job):
    assert engine.render(make_job(FINE, fragment="Other"), timeout=60) == "fine"


@pytest.mark.parametrize("body", (ENDLESS | UNSTOPPABLE).values(), ids=(ENDLESS | UNSTOPPABLE))
def test_what_never_ends_is_killed(strict, make_job, body):
    with pytest.raises(RenderTimeout):
        strict.render(make_job(component(body)), timeout=60)
    assert_next_call_works(strict, make_job)


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_what_never_ends_is_interrupted_in_process(make_engine, make_job, body):
    engine = make_engine(mode="in-process", first_render_timeout=0.5)
    with pytest.raises(RenderTimeout):
        engine.render(make_job(component(body)), timeout=60)
    patient = make_engine(mode="in-process")
    assert_next_call_works(patient, make_job)


def test_a_bundle_that_never_ends_its_evaluation_is_killed(make_engine, make_job):
    engine = make_engine(first_render_timeout=1.0)
    with pytest.raises(RenderTimeout, match="first_render_timeout"):
        engine.render(make_job("for (;;);"), timeout=60)


def test_endless_microtasks_of_the_evaluation_are_met_too(make_engine, make_job):
    engine = make_engine(first_render_timeout=1.0)
    job = make_job(f"const f = () => {{ Promise.resolve().then(f) }}; f(); {FINE}")
    with pytest.raises(RenderTimeout):
        engine.render(job, timeout=60)


@pytest.mark.parametrize("body", (BOMBS | FATAL_BOMBS).values(), ids=(BOMBS | FATAL_BOMBS))
def test_a_memory_bomb_costs_a_worker_at_most(make_engine, make_job, body):
    engine = make_engine(heap_bytes=64 * 1024 * 1024)
    with pytest.raises(MemoryLimitExceeded):
        engine.render(make_job(component(body)), timeout=60)
    assert_next_call_works(engine, make_job)


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_a_heap_bomb_costs_a_context_in_process(make_engine, make_job, body):
    engine = make_engine(mode="in-process", heap_bytes=64 * 1024 * 1024)
    with pytest.raises(MemoryLimitExceeded):
        engine.render(make_job(component(body)), timeout=60)
    assert_next_call_works(engine, make_job)


def test_a_worker_that_is_killed_while_it_renders_is_reported(make_engine, make_job, workers_of):
    engine = make_engine()
    engine.render(make_job(FINE), timeout=60)
    caught: list[BaseException] = []

    def render():
        try:
            engine.render(make_job(component("for (;;);"), fragment="Loop"), timeout=60)
        except RenderError as error:
            caught.append(error)

    thread = threading.Thread(target=render)
    thread.start()
    time.sleep(0.2)  # either way of losing the worker below is right; this makes one likely
    for pid in workers_of(os.getpid()):
        os.kill(pid, 9)
    thread.join(60)

    assert isinstance(caught[0], WorkerCrashed)
    assert "SIGKILL" in str(caught[0])
    assert_next_call_works(engine, make_job)


def test_hostile_calls_among_many_threads_spoil_no_other(make_engine, make_job):
    engine = make_engine(render_timeout=0.3, heap_bytes=64 * 1024 * 1024, quarantine_after=1000)
    echo = "module.exports = (props) => `<p>${props.n}</p>`"
    bodies = ["for (;;);", "throw 1", BOMBS["the heap"], FATAL_BOMBS["array buffers"]]
    wrong: list[object] = []

    def run(thread):
        for turn in range(40):
            n = thread * 1000 + turn
            if turn % 20 == 7:
                hostile = make_job(component(bodies[thread % 4]), fragment="Bad")
                try:
                    wrong.append(engine.render(hostile, timeout=60))
                except RenderError:
                    continue
            html = engine.render(make_job(echo, f'{{"n": {n}}}'), timeout=60)
            if html != f"<p>{n}</p>":
                wrong.append(html)

    def guarded(thread):
        try:
            run(thread)
        except TinyError as error:
            wrong.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
