"""What this engine takes for granted about mini-racer. Read this first when you upgrade it.

Where one of these fails, `tiny_client/engine/v8.py` and `context.py` have to change.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from importlib.metadata import version

import pytest

from tiny_client.engine import v8
from tiny_client.engine.v8 import V8Context, V8OutOfMemory, V8SyntaxError, V8Timeout

MIB = 1024 * 1024
ENDLESS_MICROTASKS = "({ go() { const f = () => { Promise.resolve().then(f) }; f(); return 'x' } })"


@pytest.fixture
def context():
    context = V8Context(heap_bytes=32 * MIB, synchronous=False)
    yield context
    context.close()


def test_the_version_is_the_one_that_was_tried():
    # If it is not: run the tests of this folder and the benchmark, then change it here too.
    assert version("mini-racer") == "0.14.1"


def test_a_syntax_error_begins_with_its_line(context):
    with pytest.raises(V8SyntaxError, match=r"^\S*:2: SyntaxError: "):
        context.evaluate("1;\nconst = 2;", timeout=20)


def test_a_loop_is_interrupted(context):
    with pytest.raises(V8Timeout):
        context.evaluate("for (;;);", timeout=0.1)


def test_a_call_returns_before_its_microtasks_and_the_next_step_waits_for_them(context):
    go = context.evaluate(ENDLESS_MICROTASKS, timeout=20)["go"]
    assert context.call(go, timeout=20) == "x"
    with pytest.raises(V8Timeout):
        context.evaluate("0", timeout=0.2)
    del go


def test_a_full_heap_is_reported_for_evaluations_and_calls():
    bomb = "const a = []; for (;;) a.push(new Array(1000).fill(1.5))"
    for make in (
        lambda c: c.evaluate(bomb, timeout=20),
        lambda c: c.call(c.evaluate(f"() => {{ {bomb} }}", timeout=20), timeout=20),
    ):
        context = V8Context(heap_bytes=32 * MIB, synchronous=False)
        with pytest.raises(V8OutOfMemory):
            make(context)
        context.close()


READING = """
from tiny_client.engine import v8
v8.prepare_for_forks()
context = v8.V8Context(heap_bytes=32 * 1024 * 1024, synchronous=True)
texts = ["", "plain", "caf\u00e9", "9 \u20ac", "\U0001f6d2", "x" * 300_000 + "\u20ac"]
target = context.evaluate(
    "({ set call(text) { this.kept = text }, get result() { return this.kept } })"
)
before = context._racer._ctx.value_count()
for text in texts:
    context.put(target, "call", text)
    assert context.read(target, "result") == text.encode()
assert context._racer._ctx.value_count() == before
"""


def test_text_is_read_as_utf8_and_its_handle_given_back():
    done = subprocess.run([sys.executable, "-c", READING], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_thread_that_keeps_time_ends_with_the_last_context():
    one = V8Context(heap_bytes=32 * MIB, synchronous=False)
    two = V8Context(heap_bytes=32 * MIB, synchronous=False)
    assert [t.name for t in threading.enumerate()].count("tiny-v8") == 1
    one.close()
    two.close()
    assert "tiny-v8" not in [t.name for t in threading.enumerate()]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_synchronous_calls_work_in_a_process_forked_from_a_prepared_one():
    def prepared_then_forked():
        v8.prepare_for_forks()
        if os.path.isdir("/proc/self/task"):
            assert os.listdir("/proc/self/task") == [str(os.getpid())]
        for _ in range(2):
            pid = os.fork()
            if pid == 0:
                context = V8Context(heap_bytes=32 * MIB, synchronous=True)
                double = context.evaluate("(n) => n * 2")
                os._exit(0 if context.call(double, 21) == 42 else 1)
            if os.waitpid(pid, 0)[1] != 0:
                return 1
        return 0

    loop_before = asyncio._get_running_loop()
    pid = os.fork()
    if pid == 0:
        status = 2
        try:
            status = prepared_then_forked()
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    assert asyncio._get_running_loop() is loop_before


FIRST_CONTEXTS = """
import sys, threading
from tiny_client.engine.v8 import V8Context

sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
contexts = []

def work():
    start.wait()
    context = V8Context(heap_bytes=32 * 1024 * 1024, synchronous=False)
    contexts.append(context)
    assert context.evaluate("1 + 1", timeout=30) == 2

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for context in contexts:
    context.close()
assert len(contexts) == 8
"""


@pytest.mark.parametrize("turn", range(3))
def test_many_threads_may_make_the_first_contexts_of_a_process_at_once(turn):
    command = [sys.executable, "-c", FIRST_CONTEXTS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
