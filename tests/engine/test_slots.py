"""Slots are handed out to those who wait, first come first served."""

from __future__ import annotations

import threading
import time

import pytest

from tiny_client.engine.slots import NoSlot, Slots, SlotsClosed


def no_preference(_item: object) -> float:
    return 0


def wait_for_waiters(slots: Slots[object], count: int) -> None:
    while len(slots._waiters) < count:
        time.sleep(0.001)


def test_no_more_than_the_size_are_made():
    slots = Slots(2, object)
    one = slots.acquire(no_preference, 0)
    two = slots.acquire(no_preference, 0)
    with pytest.raises(NoSlot):
        slots.acquire(no_preference, 0.01)
    slots.give_back(one)
    assert slots.acquire(no_preference, 0) is one
    assert one is not two


def test_of_the_idle_ones_the_cheapest_is_taken():
    numbers = iter([3, 1, 2])
    slots = Slots(3, lambda: next(numbers))
    for item in [slots.acquire(no_preference, 0) for _ in range(3)]:
        slots.give_back(item)
    assert slots.acquire(float, 0) == 1


def test_who_waits_longest_is_served_first():
    slots = Slots(1, object)
    item = slots.acquire(no_preference, 0)
    order: list[int] = []

    def wait(number: int) -> None:
        got = slots.acquire(no_preference, 20)
        order.append(number)
        slots.give_back(got)

    threads = [threading.Thread(target=wait, args=(n,)) for n in range(5)]
    for n, thread in enumerate(threads):
        thread.start()
        wait_for_waiters(slots, n + 1)
    slots.give_back(item)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_closing_turns_away_who_waits_and_who_comes():
    slots = Slots(1, object)
    item = slots.acquire(no_preference, 0)
    turned_away: list[bool] = []

    def wait() -> None:
        with pytest.raises(SlotsClosed):
            slots.acquire(no_preference, 20)
        turned_away.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    wait_for_waiters(slots, 1)
    assert slots.close() == []
    thread.join()
    assert turned_away == [True]
    assert not slots.give_back(item)
    with pytest.raises(SlotsClosed):
        slots.acquire(no_preference, 0)
