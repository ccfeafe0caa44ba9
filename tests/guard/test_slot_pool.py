"""The threads that fill slots: bounded by fragment, in order, and never for nothing."""

from __future__ import annotations

import logging
import os
import threading
import time

import pytest

from tiny_client.slot_pool import SlotPool, SlotQueueFull

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")

HANGS = ("Hangs", "1.0.0")
WORKS = ("Works", "1.0.0")


@pytest.fixture
def make_pool():
    made: list[SlotPool] = []

    def make(*arguments: int) -> SlotPool:
        made.append(SlotPool(*arguments))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


class Gate:
    """Work that hangs until the gate is opened, and how many are in it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.came = threading.Semaphore(0)
        self.inside = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.came.release()
        self.opened.wait()
        with self._lock:
            self.inside -= 1

    def wait_for(self, number: int) -> None:
        for _ in range(number):
            assert self.came.acquire(timeout=10)


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.opened.set()


def test_fragment_that_hangs_keeps_its_threads_and_no_others(make_pool, gate):
    pool = make_pool(4, 2)
    for _ in range(50):
        pool.submit(HANGS, gate)
    gate.wait_for(2)
    done = [threading.Event() for _ in range(100)]
    for event in done:
        pool.submit(WORKS, event.set)
    assert all(event.wait(10) for event in done)
    assert gate.most == 2
    gate.opened.set()
    gate.wait_for(48)
    assert gate.most == 2


def test_half_of_the_threads_are_a_fragments_share_where_nothing_is_said(make_pool, gate):
    pool = make_pool(6)
    for _ in range(10):
        pool.submit(HANGS, gate)
    gate.wait_for(3)
    done = threading.Event()
    pool.submit(WORKS, done.set)
    assert done.wait(10)
    assert gate.most == 3


def test_pool_of_one_thread_serves_everybody_in_turn(make_pool):
    pool = make_pool(1)
    order: list[int] = []
    done = threading.Event()
    for number in range(20):
        pool.submit((f"F{number % 3}", "1.0.0"), lambda number=number: order.append(number))
    pool.submit(WORKS, done.set)
    assert done.wait(10)
    assert order == sorted(order)


def test_who_waited_for_its_fragments_turn_keeps_its_place_in_the_line(make_pool, gate):
    pool = make_pool(2, 1)
    order: list[str] = []
    blocker = Gate()
    done = threading.Semaphore(0)

    def note(text: str) -> None:
        order.append(text)
        done.release()

    pool.submit(HANGS, gate)
    pool.submit(("Blocks", "1.0.0"), blocker)
    gate.wait_for(1)
    blocker.wait_for(1)
    pool.submit(HANGS, lambda: note("parked first"))
    pool.submit(WORKS, lambda: note("ready second"))
    gate.opened.set()
    assert done.acquire(timeout=10)
    assert done.acquire(timeout=10)
    blocker.opened.set()
    assert order == ["parked first", "ready second"]


def test_work_that_nobody_waits_for_any_more_does_not_run(make_pool, gate):
    pool = make_pool(1)
    pool.submit(HANGS, gate)
    gate.wait_for(1)
    ran, dropped, done = [], threading.Event(), threading.Event()
    pool.submit(WORKS, lambda: ran.append(1), until=time.monotonic(), drop=dropped.set)
    pool.submit(WORKS, done.set, until=time.monotonic() + 60)
    gate.opened.set()
    assert done.wait(10)
    assert dropped.is_set()
    assert ran == []


def test_full_queue_turns_the_fragment_away_that_fills_it_and_no_other(make_pool, gate):
    pool = make_pool(4, 1, 10)
    pool.submit(HANGS, gate)
    gate.wait_for(1)
    for _ in range(5):
        pool.submit(HANGS, gate)
    with pytest.raises(SlotQueueFull, match=r"Hangs 1\.0\.0.*TINY_SLOT_QUEUE"):
        pool.submit(HANGS, gate)
    done = threading.Event()
    pool.submit(WORKS, done.set)
    assert done.wait(10)


def test_what_is_too_late_makes_room_in_a_full_queue(make_pool, gate):
    pool = make_pool(2, 1, 4)
    pool.submit(HANGS, gate)
    gate.wait_for(1)
    dropped: list[int] = []
    for number in range(2):
        pool.submit(HANGS, gate, until=0.0, drop=lambda number=number: dropped.append(number))
    pool.submit(HANGS, gate)
    assert sorted(dropped) == [0, 1]


def test_work_that_raises_is_logged_and_its_thread_goes_on(make_pool, caplog):
    pool = make_pool(1)
    done = threading.Event()
    pool.submit(WORKS, lambda: 1 // 0)
    pool.submit(WORKS, done.set)
    assert done.wait(10)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "Filling a slot of Works 1.0.0 failed"


def test_closing_drops_what_waits_and_ends_the_threads(make_pool, gate):
    pool = make_pool(1)
    pool.submit(HANGS, gate)
    gate.wait_for(1)
    dropped = threading.Event()
    pool.submit(HANGS, gate, drop=dropped.set)
    pool.submit(WORKS, gate)
    closing = threading.Thread(target=pool.close)
    closing.start()
    assert dropped.wait(10)
    gate.opened.set()
    closing.join()
    assert gate.most == 1
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(WORKS, gate)


def test_no_thread_starts_before_there_is_work(make_pool):
    before = threading.active_count()
    make_pool(16)
    assert threading.active_count() == before


def test_forked_child_has_threads_of_its_own(make_pool, gate):
    pool = make_pool(1)
    pool.submit(HANGS, gate)
    gate.wait_for(1)
    child = os.fork()
    if child == 0:
        done = threading.Event()
        pool.submit(WORKS, done.set)
        os._exit(0 if done.wait(10) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
