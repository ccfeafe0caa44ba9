"""What hangs holds up only itself: exchanges with one origin and flights that hang are bounded."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tiny_client.errors import LoadError
from tiny_client.loader.bulkheads import Bulkheads
from tiny_client.loader.transport import ExchangeTimedOut
from tiny_client.loader.workers import Workers


def test_exchanges_with_one_origin_are_bounded_and_wait_for_room():
    bulkheads, ended = Bulkheads(1), threading.Event()
    end = time.monotonic() + 60

    def wait():
        with bulkheads.room("http://a.test", end) as entered:
            assert entered
            ended.set()

    with ThreadPoolExecutor(1) as pool:
        with bulkheads.room("http://a.test", end) as entered:
            assert entered
            waiting = pool.submit(wait)
            assert not ended.is_set()
        waiting.result()


def test_full_bulkhead_ends_the_wait_at_the_deadline_and_holds_up_no_other_origin():
    bulkheads = Bulkheads(1)
    end = time.monotonic() + 60
    with bulkheads.room("http://a.test", end):
        with bulkheads.room("http://a.test", time.monotonic()) as entered:
            assert not entered
        with bulkheads.room("http://b.test", end) as entered:
            assert entered
    with bulkheads.room("http://a.test", end) as entered:
        assert entered


def test_room_is_given_back_after_an_error():
    bulkheads = Bulkheads(1)
    with suppress(ValueError), bulkheads.room("http://a.test", time.monotonic()):
        raise ValueError
    with bulkheads.room("http://a.test", time.monotonic()) as entered:
        assert entered


def test_exchange_that_finds_no_room_says_which_setting_gives_more(registry, make_loader):
    loader = make_loader(origin_concurrency=1)
    registry.deploy("Cart", "1", umd="1")
    with (
        loader._transport._bulkheads.room(registry.url, time.monotonic() + 60),
        pytest.raises(ExchangeTimedOut, match="TINY_ORIGIN_CONCURRENCY"),
    ):
        loader._transport.get(registry.url, {}, deadline=time.monotonic(), max_bytes=1)
    assert registry.requests == []
    assert loader.load("Cart", "1").script.source == "1"


def test_exchanges_with_the_registry_never_exceed_the_setting(registry, make_loader):
    loader = make_loader(origin_concurrency=2)
    for number in range(6):
        registry.deploy(f"F{number}", "1", umd=str(number))
    under_way, most, lock = [0], [0], threading.Lock()
    real = loader._transport._get

    def count(*args):
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        try:
            return real(*args)
        finally:
            with lock:
                under_way[0] -= 1

    loader._transport._get = count
    registry.latency = 0.02
    with ThreadPoolExecutor(6) as pool:
        loaded = list(pool.map(lambda number: loader.load(f"F{number}", "1"), range(6)))
    assert [one.script.source for one in loaded] == [str(number) for number in range(6)]
    assert most[0] == 2


def test_fragments_that_hang_leave_threads_for_those_that_do_not(registry, make_loader):
    loader = make_loader(refresh_threads=4, load_timeout=1.0, read_timeout=60.0)
    registry.deploy("Cart", "1", umd="1")
    registry.hang(only="Hung")

    def load(number):
        with suppress(LoadError):
            loader.load(f"Hung{number}", "1", timeout=30.0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load, range(8)))
        again = [pool.submit(load, number) for number in range(8)]
        assert loader.load("Cart", "1").script.source == "1"
        # It went before hung ones that had come earlier.
        assert len([path for path in registry.paths if "Hung" in path]) < 16
        registry.heal()
        for one in again:
            one.result()


def test_slow_work_has_half_of_the_threads_and_all_of_it_is_done():
    workers = Workers(4, "test-workers")
    go_on, done, begun = threading.Event(), [], []

    def slow():
        begun.append(1)
        go_on.wait(20)
        done.append("slow")

    finished = threading.Event()
    for _ in range(6):
        workers.submit(slow, slow=True)
    for _ in range(3):
        workers.submit(lambda: done.append("quick"))
    workers.submit(finished.set)
    assert finished.wait(20)
    assert len(begun) <= 2
    go_on.set()
    workers.close(20)
    assert sorted(done) == ["quick"] * 3 + ["slow"] * 6
