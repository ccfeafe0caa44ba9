"""A circuit breaker as a state machine: no clock, no lock, no log of its own."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from tiny_client.errors import ConfigurationError
from tiny_client.stats import BreakerState

__all__ = ["Breaker", "BreakerSettings", "Ticket"]

_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """When the breaker of a fragment opens. Times are in seconds, rates are shares of 1.

    It opens where at least `min_calls` calls of the last `window_seconds` are known and
    `failure_rate` of them failed, or `slow_rate` of them took longer than `slow_seconds`.
    While it is open, one probe goes out each `probe_seconds`.

    A release that fails `release_failures` times in a row gives way to the one that worked
    before; 0 never does that. Raises `ConfigurationError` for a value that cannot work.
    """

    enabled: bool = True
    window_seconds: float = 10.0
    min_calls: int = 5
    failure_rate: float = 0.5
    slow_seconds: float = 0.5
    slow_rate: float = 0.5
    probe_seconds: float = 1.0
    release_failures: int = 3

    def __post_init__(self) -> None:
        for name in ("window_seconds", "slow_seconds", "probe_seconds", "min_calls"):
            self._check(name, getattr(self, name) > 0, "greater than 0")
        for name in ("failure_rate", "slow_rate"):
            self._check(name, 0 < getattr(self, name) <= 1, "greater than 0 and at most 1")
        self._check("release_failures", self.release_failures >= 0, "0 or more")

    def _check(self, name: str, sound: bool, wanted: str) -> None:
        if not sound:
            raise ConfigurationError(
                f"BreakerSettings.{name} is {getattr(self, name)!r}; it must be {wanted}"
            )


class Ticket:
    """One call that a breaker let through."""

    __slots__ = ("era", "over", "probe", "started")

    def __init__(self, era: int, probe: bool) -> None:
        self.era = era
        self.probe = probe
        self.started: float | None = None
        self.over = False


class _Tally:
    """Calls of one tenth of the window."""

    __slots__ = ("calls", "failures", "since", "slow")

    def __init__(self, since: float) -> None:
        self.since = since
        self.calls = 0
        self.failures = 0
        self.slow = 0


class Breaker:
    """Counts the calls of one fragment; `now` is in seconds and never goes back.

    Each opening and each closing begins a new era: calls of an earlier one count no more.
    """

    def __init__(self, settings: BreakerSettings) -> None:
        self._settings = settings
        self._era = 0
        self._opened_at: float | None = None
        self._next_probe = 0.0
        self._probes = 0
        self.news: deque[tuple[BreakerState, str]] = deque(maxlen=_STEPS)
        """Changes of the state that nobody has told yet, with the reason."""
        self._forget()

    def _forget(self) -> None:
        self._tallies: deque[_Tally] = deque()
        self._calls = 0
        self._failures = 0
        self._slow = 0
        # In the order of their start, so what is overdue is found at the front.
        self._running: OrderedDict[Ticket, None] = OrderedDict()
        self._overdue = 0

    @property
    def state(self) -> BreakerState:
        """Half-open is open with a probe under way."""
        if self._opened_at is None:
            return "closed"
        return "half-open" if self._probes else "open"

    def begin(self, now: float) -> Ticket | None:
        """Let a call through, or not."""
        if self._running:
            self._look_for_overdue(now)
        return Ticket(self._era, probe=False) if self._opened_at is None else None

    def take_probe(self, now: float) -> Ticket | None:
        """Let a probe through: one in `probe_seconds` while the breaker is open."""
        if self._opened_at is None or now < self._next_probe:
            return None
        self._next_probe = now + self._settings.probe_seconds
        self._probes += 1
        return Ticket(self._era, probe=True)

    def start(self, ticket: Ticket, now: float) -> None:
        """Count the time of a call from here."""
        if ticket.over or ticket.started is not None:
            return
        ticket.started = now
        if ticket.era == self._era and not ticket.probe:
            self._running[ticket] = None

    def cancel(self, ticket: Ticket) -> None:
        """Forget a call; a probe of it is lost."""
        if not ticket.over:
            self._take_out(ticket)

    def end(self, ticket: Ticket, failed: bool, now: float) -> None:
        """Count a call as it ended."""
        if ticket.over:
            return
        self._take_out(ticket)
        slow = ticket.started is not None and now - ticket.started > self._settings.slow_seconds
        if ticket.era != self._era:
            return
        if ticket.probe:
            if not failed and not slow:
                self._close(now)
            return
        self._count(failed, slow, now)
        self._look_for_overdue(now)

    def _take_out(self, ticket: Ticket) -> None:
        ticket.over = True
        if ticket.era != self._era:
            return
        if ticket.probe:
            self._probes -= 1
        elif ticket in self._running:
            del self._running[ticket]
        elif ticket.started is not None:
            self._overdue -= 1

    def _look_for_overdue(self, now: float) -> None:
        """Count calls that are slow already while they run: one that hangs never ends by itself."""
        found = False
        oldest = now - self._settings.slow_seconds
        while self._running:
            ticket = next(iter(self._running))
            if ticket.started is None or ticket.started >= oldest:
                break
            del self._running[ticket]
            self._overdue += 1
            found = True
        if found:
            self._drop_old(now)
            self._judge(now)

    def _count(self, failed: bool, slow: bool, now: float) -> None:
        self._drop_old(now)
        step = self._settings.window_seconds / _STEPS
        if not self._tallies or now - self._tallies[-1].since >= step:
            self._tallies.append(_Tally(now))
        tally = self._tallies[-1]
        tally.calls += 1
        tally.failures += failed
        tally.slow += slow
        self._calls += 1
        self._failures += failed
        self._slow += slow
        if failed or slow:
            self._judge(now)

    def _drop_old(self, now: float) -> None:
        oldest = now - self._settings.window_seconds
        while self._tallies and self._tallies[0].since <= oldest:
            tally = self._tallies.popleft()
            self._calls -= tally.calls
            self._failures -= tally.failures
            self._slow -= tally.slow

    def _judge(self, now: float) -> None:
        settings = self._settings
        calls, slow = self._calls + self._overdue, self._slow + self._overdue
        if calls < settings.min_calls:
            return
        of_calls = f"of {calls} calls within {settings.window_seconds:g} s"
        if self._failures and self._failures >= settings.failure_rate * calls:
            self._open(now, f"{self._failures} {of_calls} failed")
        elif slow and slow >= settings.slow_rate * calls:
            self._open(now, f"{slow} {of_calls} took longer than {settings.slow_seconds:g} s")

    def _open(self, now: float, why: str) -> None:
        self._opened_at = now
        self._next_probe = now + self._settings.probe_seconds
        self._new_era("open", why)

    def _close(self, now: float) -> None:
        assert self._opened_at is not None
        seconds, self._opened_at = now - self._opened_at, None
        self._new_era("closed", f"after {seconds:.1f} s")

    def _new_era(self, state: BreakerState, why: str) -> None:
        self._era += 1
        self._probes = 0
        self._forget()
        self.news.append((state, why))
