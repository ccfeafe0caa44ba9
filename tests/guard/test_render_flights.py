"""One render for all who ask for the same at the same time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from tiny_client import render_flights
from tiny_client.errors import ComponentError, RenderTimeout
from tiny_client.render_flights import NotInTime, RenderFlights

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


class Render:
    """A render that waits to be let go, and counts how often it was begun."""

    def __init__(self, answer: Callable[[], str]) -> None:
        self._answer = answer
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.count = 0

    def __call__(self, left: float) -> str:
        self.count += 1
        self.begun.release()
        self.go.wait(left)
        return self._answer()


class Caller(threading.Thread):
    """Asks on a thread of its own and keeps what it got."""

    def __init__(self, flights: RenderFlights, render: Callable[[float], str], timeout: float):
        super().__init__()
        self._ask = lambda: flights.render("key", timeout, render)
        self.answer: tuple[str, bool] | None = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._ask()
        except BaseException as error:
            self.error = error


class Waits(threading.Semaphore):
    """Counts who has begun to wait for a flight."""

    def __init__(self) -> None:
        super().__init__(0)

    def expect(self, number: int) -> None:
        for _ in range(number):
            assert self.acquire(timeout=10)


@pytest.fixture
def flights() -> RenderFlights:
    return RenderFlights()


@pytest.fixture
def waits(monkeypatch):
    waits = Waits()

    class SeenEvent(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.release()
            return super().wait(timeout)

    class SeenFlight(render_flights._Flight):
        def __init__(self) -> None:
            super().__init__()
            self.landed = SeenEvent()

    monkeypatch.setattr(render_flights, "_Flight", SeenFlight)
    return waits


def fails() -> str:
    raise ComponentError("it threw", fragment="Cart", release="1", js_name="Error")


def test_all_who_ask_while_it_is_rendered_get_the_same_html(flights, waits):
    render = Render(lambda: "<p>1</p>")
    callers = [Caller(flights, render, 60) for _ in range(16)]
    assert render.begun.acquire(timeout=10)
    waits.expect(15)
    render.go.set()
    for caller in callers:
        caller.join()
    assert render.count == 1
    assert sorted(caller.answer for caller in callers) == [
        ("<p>1</p>", False),
        *[("<p>1</p>", True)] * 15,
    ]
    assert flights.render("key", 60, lambda left: "<p>2</p>") == ("<p>2</p>", False)


def test_failure_is_everybodys_and_each_gets_an_exception_of_its_own(flights, waits):
    render = Render(fails)
    callers = [Caller(flights, render, 60) for _ in range(4)]
    assert render.begun.acquire(timeout=10)
    waits.expect(3)
    render.go.set()
    for caller in callers:
        caller.join()
    errors = [caller.error for caller in callers]
    assert render.count == 1
    assert len({id(error) for error in errors}) == 4
    assert {str(error) for error in errors} == {str(errors[0])}
    assert all(isinstance(e, ComponentError) and e.js_name == "Error" for e in errors)


def test_who_has_no_time_left_goes_without_disturbing_the_others(flights, waits):
    render = Render(lambda: "<p>1</p>")
    leader = Caller(flights, render, 60)
    assert render.begun.acquire(timeout=10)
    with pytest.raises(NotInTime):
        flights.render("key", 0.01, render)
    patient = Caller(flights, render, 60)
    waits.expect(2)
    render.go.set()
    leader.join()
    patient.join()
    assert (leader.answer, patient.answer) == (("<p>1</p>", False), ("<p>1</p>", True))


def test_leader_with_little_time_fails_nobody_who_has_more(flights):
    def too_late() -> str:
        raise RenderTimeout("the caller's time is up", fragment="Cart", release="1")

    hasty = Render(too_late)
    patient = Render(lambda: "<p>1</p>")
    patient.go.set()
    leader = Caller(flights, hasty, 0.2)
    assert hasty.begun.acquire(timeout=10)
    others = [Caller(flights, patient, 60) for _ in range(5)]
    for caller in [leader, *others]:
        caller.join()
    assert isinstance(leader.error, RenderTimeout)
    assert [caller.error for caller in others] == [None] * 5
    assert {caller.answer[0] for caller in others if caller.answer} == {"<p>1</p>"}


def test_failure_that_is_no_fragments_leaves_the_others_to_render_themselves(flights, waits):
    broken = Render(lambda: str(1 // 0))
    sound = Render(lambda: "<p>1</p>")
    sound.go.set()
    leader = Caller(flights, broken, 60)
    assert broken.begun.acquire(timeout=10)
    other = Caller(flights, sound, 60)
    waits.expect(1)
    broken.go.set()
    leader.join()
    other.join()
    assert isinstance(leader.error, ZeroDivisionError)
    assert other.answer == ("<p>1</p>", False)


def test_nothing_stays_behind(flights):
    with pytest.raises(ComponentError):
        flights.render("key", 60, lambda left: fails())
    flights.render("key", 60, lambda left: "")
    assert flights._flights == {}


def test_forked_child_waits_for_nobody_of_its_parent(flights):
    render = Render(lambda: "<p>1</p>")
    leader = Caller(flights, render, 60)
    assert render.begun.acquire(timeout=10)
    child = os.fork()
    if child == 0:
        os._exit(0 if flights.render("key", 60, lambda left: "2") == ("2", False) else 1)
    _, status = os.waitpid(child, 0)
    render.go.set()
    leader.join()
    assert os.waitstatus_to_exitcode(status) == 0
