"""Calls to a frame of another origin, beside its messages."""

from __future__ import annotations

import pytest


@pytest.fixture
def remote(host, frame):
    """The page, which has the frame's functions as `remote`."""
    host.evaluate("window.remote = wrap(line.port), 0")
    return host


def test_results_and_errors_come_back(remote, frame):
    assert remote.evaluate("remote.add(1, 2)") == 3
    assert remote.evaluate("remote.text.upper('mosaic')") == "MOSAIC"
    failed = "remote.fail().catch(({ name, message, stack }) => [name, message, !!stack])"
    assert remote.evaluate(failed) == ["RangeError", "too far", True]
    assert remote.evaluate("lab.ask('widget:name')") == "widget"


def test_callbacks_are_called(remote):
    assert remote.evaluate("remote.each([1, 2, 3], (item) => item * 10)") == 60


def test_the_frame_calls_the_page_by_the_same_port(remote, frame):
    remote.evaluate("expose({ twice: (value) => value * 2 }, line.port), 0")
    assert frame.evaluate("wrap(line.port).twice(21)") == 42
    assert remote.evaluate("remote.add(1, 2)") == 3


def test_buffers_are_moved(remote):
    moved = """async () => {
      const buffer = new ArrayBuffer(1024);
      const size = await remote.size(transfer(buffer, [buffer]));
      const made = await remote.make(512);
      return [size, buffer.byteLength, made.byteLength];
    }"""
    assert remote.evaluate(moved) == [1024, 0, 512]


def test_a_call_that_is_aborted_aborts_in_the_frame(remote, frame, until):
    aborted = """async () => {
      const controller = new AbortController();
      const found = remote.search(controller.signal).catch(String);
      await remote.add(1, 1);
      controller.abort("enough");
      return found;
    }"""
    assert remote.evaluate(aborted) == "enough"
    until(frame, "lab.reports", ["search aborted"])


def test_a_call_that_takes_too_long_rejects(remote):
    late = "wrap(line.port, { timeoutMs: 20 }).forever().catch(({ code }) => code)"
    assert remote.evaluate(late) == "timeout"


def test_what_cannot_be_cloned_rejects_its_call_alone(remote):
    problem = remote.evaluate("remote.size({ at() {} }).catch(({ message }) => message)")
    assert problem.startswith('The call of "size"')
    assert remote.evaluate("remote.add(1, 2)") == 3


def test_calls_reject_when_the_line_is_closed(remote):
    closed = """async () => {
      const waiting = remote.forever().catch(({ code }) => code);
      line.close();
      return [await waiting, await remote.add(1, 2).catch(({ code }) => code)];
    }"""
    assert remote.evaluate(closed) == ["delivery", "delivery"]


@pytest.mark.parametrize("how", ["location.reload()", "location.href = 'about:blank'"])
def test_calls_reject_when_the_frame_goes(host, add_frame, how):
    frame = add_frame()
    host.evaluate("connectFrame({ pingIntervalMs: 20 }); line.ready")
    remote = host
    remote.evaluate("window.remote = wrap(line.port), 0")
    remote.evaluate("window.waiting = remote.forever().catch(({ code }) => code), 0")
    frame.evaluate(f"setTimeout(() => {{ {how} }}), 0")
    assert remote.evaluate("waiting") == "delivery"


def test_only_own_functions_can_be_called(remote):
    paths = ["constructor", "__proto__", "add.constructor", "toString", "text.constructor", "no"]
    calls = "paths => Promise.all(paths.map(path => remote[path]().catch(({ code }) => code)))"
    assert remote.evaluate(calls, paths) == ["validation"] * len(paths)
