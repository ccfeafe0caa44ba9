"""The breakers of many fragments: errors, log, bounds, threads and forks."""

from __future__ import annotations

import logging
import os
import threading
import timeit

import pytest

from tiny_client.errors import (
    ConfigurationError,
    EngineUnavailable,
    FragmentNotFound,
    PropsError,
    RenderTimeout,
)
from tiny_client.guard import BreakerSettings, Guard
from tiny_client.guard.guard import MAX_BREAKERS

CART = ("Cart", "1.0.0")
HEADER = ("Header", "1.0.0")


@pytest.fixture
def guard(clock):
    return Guard(BreakerSettings(min_calls=3), clock)


def fail(guard: Guard, key: tuple[str, str], error: BaseException | None, times: int = 3) -> None:
    for _ in range(times):
        call = guard.begin(key)
        assert call is not None
        call.start()
        call.end(error)


@pytest.mark.parametrize(
    "error",
    [
        FragmentNotFound("it is gone", name="Cart", contract_version="1.0.0", url="u"),
        RenderTimeout("too slow", fragment="Cart", release="1"),
        EngineUnavailable("no worker", fragment="Cart", release="1"),
        ZeroDivisionError("nobody thought of this"),
    ],
)
def test_breaker_of_a_failing_fragment_opens_and_the_others_stay_closed(guard, error):
    fail(guard, HEADER, None)
    fail(guard, CART, error)
    assert guard.begin(CART) is None
    assert guard.begin(HEADER) is not None
    assert guard.states() == {HEADER: "closed", CART: "open"}


@pytest.mark.parametrize("error", [PropsError("a set"), ConfigurationError("no such export")])
def test_what_the_caller_did_wrong_opens_no_breaker(guard, error):
    fail(guard, CART, error, times=50)
    assert guard.states() == {CART: "closed"}


def test_the_first_end_of_a_call_counts(guard):
    calls = [guard.begin(CART) for _ in range(3)]
    for call in calls:
        call.start()
        call.end(None)
        call.end(ZeroDivisionError())
        call.cancel()
    assert guard.begin(CART) is not None


def test_probe_closes_it_and_both_changes_are_logged_once(guard, clock, caplog):
    caplog.set_level(logging.INFO, "tiny_client")
    fail(guard, CART, ZeroDivisionError())
    for _ in range(20):
        assert guard.begin(CART) is None
        assert guard.take_probe(CART) is None
    clock.now += 1.0
    probe = guard.take_probe(CART)
    assert guard.states() == {CART: "half-open"}
    assert guard.take_probe(CART) is None
    assert guard.begin(CART) is None, "only the probe gets through"
    probe.start()
    probe.end(None)
    assert guard.begin(CART) is not None
    assert [record.getMessage() for record in caplog.records] == [
        "The breaker of Cart 1.0.0 opened, so its slots show their fallbacks: 3 of 3 calls within "
        "10 s failed. One probe each 1 s finds out when it works again",
        "The breaker of Cart 1.0.0 closed again after 1.0 s",
    ]


def test_no_probe_for_what_is_closed_or_unknown(guard):
    assert guard.take_probe(CART) is None
    guard.begin(CART)
    assert guard.take_probe(CART) is None


def test_breakers_that_are_switched_off_let_everything_through(clock):
    guard = Guard(BreakerSettings(enabled=False, min_calls=1), clock)
    fail(guard, CART, ZeroDivisionError(), times=20)
    assert guard.states() == {}


def test_names_from_anywhere_do_not_fill_the_memory_nor_push_out_an_open_breaker(guard, clock):
    fail(guard, CART, ZeroDivisionError())
    for number in range(2 * MAX_BREAKERS):
        clock.now += 0.001
        guard.begin((f"Made-up-{number}", "1.0.0"))
        guard.begin(HEADER)
    states = guard.states()
    assert len(states) == MAX_BREAKERS
    assert states[CART] == "open"
    assert HEADER in states, "what is in use stays"


def test_many_threads_lose_no_call():
    guard = Guard(BreakerSettings(failure_rate=1.0, slow_seconds=60))
    turns = 2000

    def work(number: int) -> None:
        for turn in range(turns):
            call = guard.begin(CART)
            assert call is not None
            call.start()
            call.end(ZeroDivisionError() if (turn + number) % 2 else None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    breaker = guard._posts[CART].breaker
    assert not breaker._running
    assert breaker._overdue == 0
    assert 0 < breaker._failures < breaker._calls


def test_call_of_a_closed_breaker_costs_next_to_nothing():
    guard = Guard(BreakerSettings())

    def one() -> None:
        call = guard.begin(CART)
        assert call is not None
        call.start()
        call.end(None)

    best = min(timeit.repeat(one, number=2000, repeat=7)) / 2000
    assert best < 100e-6, "measured: 2 µs; the rest is for a machine that does much else"


def test_forked_child_begins_with_closed_breakers(guard):
    fail(guard, CART, ZeroDivisionError())
    lock = guard._posts[CART]._lock
    with lock:  # as another thread may hold it at the fork
        child = os.fork()
        if child == 0:
            os._exit(0 if guard.begin(CART) is not None else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert guard.begin(CART) is None
