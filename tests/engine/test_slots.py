"""Slots are handed out to those who wait, first come first served."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from tiny_client.engine.slots import NoSlot, QueueFull, Slots, SlotsClosed


def no_preference(_item: object) -> float:
    return 0


def wait_for_waiters(slots: Slots[object], count: int) -> None:
    while slots.waiting < count:
        time.sleep(0.001)


def test_no_more_than_the_size_are_made():
    slots = Slots(2, object, share=1)
    one = slots.acquire("one", no_preference, 0)
    two = slots.acquire("one", no_preference, 0)
    with pytest.raises(NoSlot):
        slots.acquire("one", no_preference, 0.01)
    slots.give_back("one", one)
    assert slots.acquire("one", no_preference, 0) is one
    assert one is not two


def test_of_the_idle_ones_the_cheapest_is_taken():
    numbers = iter([3, 1, 2])
    slots = Slots(3, lambda: next(numbers), share=1)
    for item in [slots.acquire("one", no_preference, 0) for _ in range(3)]:
        slots.give_back("one", item)
    assert slots.acquire("one", float, 0) == 1


def test_who_waits_longest_is_served_first():
    slots = Slots(1, object, share=1)
    item = slots.acquire("one", no_preference, 0)
    order: list[int] = []

    def wait(number: int) -> None:
        got = slots.acquire("one", no_preference, 20)
        order.append(number)
        slots.give_back("one", got)

    threads = [threading.Thread(target=wait, args=(n,)) for n in range(5)]
    for n, thread in enumerate(threads):
        thread.start()
        wait_for_waiters(slots, n + 1)
    slots.give_back("one", item)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_closing_turns_away_who_waits_and_who_comes():
    slots = Slots(1, object, share=1)
    item = slots.acquire("one", no_preference, 0)
    turned_away: list[bool] = []

    def wait() -> None:
        with pytest.raises(SlotsClosed):
            slots.acquire("one", no_preference, 20)
        turned_away.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_for_waiters(slots, 1)
    assert slots.close() == []
    thread.join()
    assert turned_away == [True]
    assert not slots.give_back("one", item)
    with pytest.raises(SlotsClosed):
        slots.acquire("one", no_preference, 0)


def start_waiting(slots: Slots[object], owner: str, order: list[str]) -> threading.Thread:
    """Wait on another thread; it notes its owner when it is served, and keeps what it got."""

    def wait() -> None:
        with contextlib.suppress(SlotsClosed):
            slots.acquire(owner, no_preference, 20)
            order.append(owner)

    before = slots.waiting
    thread = threading.Thread(target=wait)
    thread.start()
    wait_for_waiters(slots, before + 1)
    return thread


def test_an_owner_with_its_share_waits_for_as_long_as_others_do():
    slots = Slots(2, object, share=1)
    items = [slots.acquire("greedy", no_preference, 0) for _ in range(2)]  # nobody else waits
    order: list[str] = []
    threads = [start_waiting(slots, owner, order) for owner in ("greedy", "greedy", "modest")]
    slots.give_back("greedy", items[0])
    threads[2].join(20)
    assert order == ["modest"]
    slots.give_back("greedy", items[1])
    threads[0].join(20)
    assert order == ["modest", "greedy"]
    slots.give_back("modest", items[0])  # and where only the greedy one waits, it gets more
    threads[1].join(20)
    assert order == ["modest", "greedy", "greedy"]


def test_the_queue_is_bounded_and_one_owner_fills_half_of_it_at_most():
    slots = Slots(1, object, share=1, max_waiting=4)
    slots.acquire("one", no_preference, 0)
    order: list[str] = []
    threads = [start_waiting(slots, "one", order) for _ in range(2)]
    with pytest.raises(QueueFull):
        slots.acquire("one", no_preference, 20)
    threads += [start_waiting(slots, owner, order) for owner in ("two", "three")]
    with pytest.raises(QueueFull):
        slots.acquire("four", no_preference, 20)
    slots.close()
    for thread in threads:
        thread.join()
    assert order == []


def test_who_wants_a_certain_item_waits_for_that_one():
    slots = Slots(2, object, share=2)
    one = slots.acquire("one", no_preference, 0)
    two = slots.acquire("one", no_preference, 0)
    slots.give_back("one", two)
    with pytest.raises(NoSlot):
        slots.acquire("two", no_preference, 0.01, lambda item: item is one)
    assert slots.acquire("two", no_preference, 0, lambda item: item is two) is two
