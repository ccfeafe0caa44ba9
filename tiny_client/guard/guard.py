"""The breakers of all fragments of a process, with the clock, the locks and the log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from tiny_client.errors import ConfigurationError, PropsError
from tiny_client.forks import renew_after_fork
from tiny_client.guard.breaker import Breaker, BreakerSettings, Ticket
from tiny_client.stats import BreakerState

__all__ = ["MAX_BREAKERS", "Call", "FragmentKey", "Guard"]

log = logging.getLogger("tiny_client")

FragmentKey = tuple[str, str]
"""Name and contract version of a fragment."""

MAX_BREAKERS: Final = 1000
"""Fragments that are remembered: a name may come from anywhere."""

# These say that the caller is wrong, and nothing of the fragment.
_CALLERS_FAULT: Final = (PropsError, ConfigurationError)


class _Post:
    """One fragment's breaker and its lock."""

    __slots__ = ("_clock", "_key", "_lock", "_settings", "breaker", "used_at")

    def __init__(
        self, key: FragmentKey, settings: BreakerSettings, clock: Callable[[], float]
    ) -> None:
        self._key = key
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self.breaker = Breaker(settings)
        self.used_at = 0.0

    def begin(self) -> Call | None:
        with self._lock:
            now = self.used_at = self._clock()
            ticket = self.breaker.begin(now)
        if self.breaker.news:
            self._tell()
        return None if ticket is None else Call(self, ticket)

    def take_probe(self) -> Call | None:
        with self._lock:
            ticket = self.breaker.take_probe(self._clock())
        return None if ticket is None else Call(self, ticket)

    def start(self, ticket: Ticket) -> None:
        with self._lock:
            self.breaker.start(ticket, self._clock())

    def cancel(self, ticket: Ticket) -> None:
        with self._lock:
            self.breaker.cancel(ticket)

    def end(self, ticket: Ticket, error: BaseException | None) -> None:
        with self._lock:
            self.breaker.end(ticket, error is not None, self._clock())
        if self.breaker.news:
            self._tell()

    def _tell(self) -> None:
        fields = {"fragment": self._key[0], "contract_version": self._key[1]}
        # Outside the lock: a handler of the log may take its time.
        while True:
            with self._lock:
                if not self.breaker.news:
                    return
                state, why = self.breaker.news.popleft()
            if state == "open":
                log.warning(
                    "The breaker of %s %s opened, so its slots show their fallbacks: %s. "
                    "One probe each %g s finds out when it works again",
                    *self._key,
                    why,
                    self._settings.probe_seconds,
                    extra=fields,
                )
            else:
                log.info("The breaker of %s %s closed again %s", *self._key, why, extra=fields)


class Call:
    """One call of a fragment that its breaker let through; safe to use from any thread.

    It ends once, by `end` or by `cancel`: the first one counts.
    """

    __slots__ = ("_post", "_ticket")

    def __init__(self, post: _Post | None, ticket: Ticket) -> None:
        self._post = post
        self._ticket = ticket

    def start(self) -> None:
        """Say that the work has left the queue: its time counts from here."""
        if self._post is not None:
            self._post.start(self._ticket)

    def end(self, error: BaseException | None) -> None:
        """Say how it ended. Wrong props and wrong settings count as nothing."""
        if self._post is None:
            return
        if isinstance(error, _CALLERS_FAULT):
            self._post.cancel(self._ticket)
        else:
            self._post.end(self._ticket, error)

    def cancel(self) -> None:
        """Say that it never ran: it counts as nothing."""
        if self._post is not None:
            self._post.cancel(self._ticket)


class Guard:
    """Decides for each call of a fragment whether it is worth trying.

    `clock` is in seconds and never goes back.
    """

    def __init__(
        self, settings: BreakerSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._posts: dict[FragmentKey, _Post] = {}

    def begin(self, key: FragmentKey) -> Call | None:
        """Return the call to make, or None where the breaker is open: show the fallback."""
        if not self._settings.enabled:
            return Call(None, Ticket(0, probe=False))
        post = self._posts.get(key)
        return (self._new_post(key) if post is None else post).begin()

    def take_probe(self, key: FragmentKey) -> Call | None:
        """Return a call that finds out whether the fragment works again, where one is due.

        Its success closes the breaker if it is not slow. One probe is given out in
        `probe_seconds`, whatever becomes of it.
        """
        post = self._posts.get(key)
        return None if post is None else post.take_probe()

    def states(self) -> dict[FragmentKey, BreakerState]:
        """Return the state of each breaker."""
        with self._lock:
            return {key: post.breaker.state for key, post in self._posts.items()}

    def _new_post(self, key: FragmentKey) -> _Post:
        with self._lock:
            post = self._posts.get(key)
            if post is None:
                if len(self._posts) >= MAX_BREAKERS:
                    del self._posts[self._least_needed()]
                post = self._posts[key] = _Post(key, self._settings, self._clock)
                post.used_at = self._clock()
            return post

    def _least_needed(self) -> FragmentKey:
        """Return the fragment whose breaker is closed and was not used for the longest time."""

        def need(key: FragmentKey) -> tuple[bool, float]:
            post = self._posts[key]
            return post.breaker.state != "closed", post.used_at

        return min(self._posts, key=need)

    def after_fork_in_child(self) -> None:
        """Begin anew: the calls are the parent's, and so are the locks."""
        self._begin()
