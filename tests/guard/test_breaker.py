"""The breaker as a state machine: whatever comes in whatever order."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from tiny_client.errors import ConfigurationError
from tiny_client.guard import BreakerSettings
from tiny_client.guard.breaker import Breaker, Ticket

RULES = BreakerSettings(
    window_seconds=10,
    min_calls=4,
    failure_rate=0.5,
    slow_seconds=0.5,
    slow_rate=0.5,
    probe_seconds=1.0,
)


class AnyInterleaving(RuleBasedStateMachine):
    """Calls begin, start, end and are cancelled in any order while time passes."""

    tickets = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(RULES)
        self.now = 0.0
        self.last_probe: float | None = None
        self.in_flight: set[Ticket] = set()

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.51, 1.0, 1.5, 9.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=tickets)
    def begin(self) -> Ticket:
        was_open = self.breaker.state != "closed"
        ticket = self.breaker.begin(self.now)
        if was_open:
            assert ticket is None, "an open breaker lets no call through"
        else:
            assert (ticket is None) == (self.breaker.state != "closed")
        # A ticket of no breaker: what is done to it must change nothing.
        return ticket or Ticket(-1, probe=False)

    @rule(target=tickets)
    def take_probe(self) -> Ticket:
        ticket = self.breaker.take_probe(self.now)
        if ticket is None:
            return Ticket(-1, probe=True)
        assert self.breaker.state == "half-open"
        assert self.last_probe is None or self.now - self.last_probe >= RULES.probe_seconds
        self.last_probe = self.now
        return ticket

    @rule(ticket=tickets)
    def start(self, ticket: Ticket) -> None:
        self.breaker.start(ticket, self.now)
        if not ticket.over:
            self.in_flight.add(ticket)

    @rule(ticket=tickets, failed=st.booleans())
    def end(self, ticket: Ticket, failed: bool) -> None:
        probes = ticket.probe and not ticket.over and ticket.era == self.breaker._era
        in_time = ticket.started is None or self.now - ticket.started <= RULES.slow_seconds
        self.breaker.end(ticket, failed, self.now)
        self.in_flight.discard(ticket)
        if probes:
            assert (self.breaker.state == "closed") == (in_time and not failed)

    @rule(ticket=consumes(tickets))
    def cancel(self, ticket: Ticket) -> None:
        before = (self.breaker._calls, self.breaker._failures, self.breaker._slow)
        self.breaker.cancel(ticket)
        self.in_flight.discard(ticket)
        assert (self.breaker._calls, self.breaker._failures, self.breaker._slow) == before

    @invariant()
    def counts_add_up(self) -> None:
        breaker = self.breaker
        assert 0 <= breaker._failures <= breaker._calls
        assert 0 <= breaker._slow <= breaker._calls
        assert breaker._overdue >= 0
        assert breaker._probes >= 0
        assert breaker._calls == sum(tally.calls for tally in breaker._tallies)
        mine = [t for t in self.in_flight if t.era == breaker._era and not t.probe]
        assert breaker._overdue + len(breaker._running) == len(mine)
        assert len(breaker._tallies) <= 11

    @invariant()
    def an_open_breaker_holds_no_calls(self) -> None:
        if self.breaker.state != "closed":
            assert not self.breaker._running
            assert not self.breaker._calls


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


def call(breaker: Breaker, now: float, *, failed: bool = False, seconds: float = 0.0) -> bool:
    """Make one call; say whether it was let through."""
    ticket = breaker.begin(now)
    if ticket is None:
        return False
    breaker.start(ticket, now)
    breaker.end(ticket, failed, now + seconds)
    return True


@given(
    st.lists(
        st.tuples(st.floats(min_value=0, max_value=3), st.booleans(), st.booleans()), max_size=80
    )
)
@settings(deadline=None)
def test_it_opens_only_where_the_window_holds_enough_bad_calls(calls):
    breaker, now, past = Breaker(RULES), 0.0, []
    for pause, failed, slow in calls:
        now += pause
        if not call(breaker, now, failed=failed, seconds=0.6 if slow else 0.1):
            break
        now += 0.6 if slow else 0.1
        past.append((now, failed, slow))
        recent = [(f, s) for at, f, s in past if now - at < RULES.window_seconds]
        bad = max(sum(f for f, _ in recent), sum(s for _, s in recent))
        if breaker.state == "open":
            assert len(recent) >= RULES.min_calls
            assert bad >= 1
            break
    else:
        assert breaker.state == "closed"


def test_too_few_calls_say_nothing():
    breaker = Breaker(RULES)
    assert all(call(breaker, 1.0, failed=True) for _ in range(3))
    assert breaker.state == "closed"
    assert call(breaker, 1.0, failed=True)
    assert breaker.state == "open"
    assert breaker.news.popleft() == ("open", "4 of 4 calls within 10 s failed")


def test_window_forgets():
    breaker = Breaker(RULES)
    for second in range(0, 400, 4):
        assert call(breaker, float(second), failed=True), "never four within ten seconds"
    assert breaker.state == "closed"


def test_calls_that_end_well_keep_it_closed():
    breaker = Breaker(RULES)
    for number in range(200):
        assert call(breaker, number / 100, failed=number % 5 == 4)


def test_calls_that_hang_open_it_while_they_hang():
    breaker = Breaker(RULES)
    for _ in range(4):
        ticket = breaker.begin(0.0)
        assert ticket is not None
        breaker.start(ticket, 0.0)
    assert breaker.begin(0.5) is not None, "they may still be in time"
    assert breaker.begin(0.51) is None
    assert breaker.news.popleft() == ("open", "4 of 4 calls within 10 s took longer than 0.5 s")


def test_time_in_the_queue_is_not_the_fragments():
    breaker = Breaker(RULES)
    for _ in range(8):
        ticket = breaker.begin(0.0)
        assert ticket is not None
        breaker.start(ticket, 5.0)
        breaker.end(ticket, False, 5.1)
    assert breaker.state == "closed"


def test_call_of_before_the_opening_does_not_close_it():
    breaker = Breaker(RULES)
    early = breaker.begin(0.0)
    assert early is not None
    breaker.start(early, 0.0)
    for _ in range(4):
        call(breaker, 0.1, failed=True)
    breaker.end(early, False, 0.2)
    assert breaker.state == "open"


def test_slow_or_lost_probe_leaves_it_open_and_the_next_one_closes_it():
    breaker = Breaker(RULES)
    for _ in range(4):
        call(breaker, 0.0, failed=True)
    assert breaker.take_probe(0.9) is None
    slow, lost = breaker.take_probe(1.0), breaker.take_probe(2.0)
    assert slow is not None
    assert lost is not None
    breaker.start(slow, 1.0)
    breaker.end(slow, False, 2.0)
    breaker.cancel(lost)
    assert breaker.state == "open"
    assert breaker.take_probe(2.9) is None
    good = breaker.take_probe(3.0)
    assert good is not None
    breaker.start(good, 3.0)
    breaker.end(good, False, 3.1)
    assert breaker.state == "closed"
    assert list(breaker.news)[-1] == ("closed", "after 3.1 s")
    assert call(breaker, 3.1, failed=True), "it starts with nothing against the fragment"


@pytest.mark.parametrize(
    ("name", "value"),
    [("window_seconds", 0), ("min_calls", 0), ("failure_rate", 1.5), ("release_failures", -1)],
)
def test_settings_that_cannot_work_are_named(name, value):
    with pytest.raises(ConfigurationError, match=f"BreakerSettings.{name} is {value}"):
        BreakerSettings(**{name: value})
