"""Renders the same pure fragment with the same props once, however many ask for it at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

from tiny_client.errors import RenderError
from tiny_client.forks import renew_after_fork

__all__ = ["NotInTime", "RenderFlights"]


class NotInTime(Exception):
    """The render that others have begun did not end within the caller's time."""


class _Flight:
    """One render under way. It lands with HTML, with an error, or with neither."""

    __slots__ = ("error", "html", "landed")

    def __init__(self) -> None:
        self.html: str | None = None
        self.error: RenderError | None = None
        self.landed = threading.Event()


class RenderFlights:
    """The renders under way, by what makes two of them the same; safe to use from any thread."""

    def __init__(self) -> None:
        self.after_fork_in_child()
        renew_after_fork(self)

    def render(
        self, key: Hashable, timeout: float, render: Callable[[float], str]
    ) -> tuple[str, bool]:
        """Return the HTML for `key`, and whether somebody else rendered it.

        `render` is called with the seconds that are left where nobody else is at it. A failure
        is that of all who wait, except where it took all the time that its own caller had: then
        one of the others renders.

        Raises what `render` raises, and `NotInTime`.
        """
        end = time.monotonic() + timeout
        while True:
            with self._lock:
                flight = self._flights.get(key)
                leads = flight is None
                if flight is None:
                    flight = self._flights[key] = _Flight()
            if leads:
                return self._lead(key, flight, end, render), False
            if not flight.landed.wait(max(0.0, end - time.monotonic())):
                raise NotInTime
            if flight.html is not None:
                return flight.html, True
            if flight.error is not None:
                raise flight.error.again()

    def _lead(
        self, key: Hashable, flight: _Flight, end: float, render: Callable[[float], str]
    ) -> str:
        try:
            flight.html = render(max(0.0, end - time.monotonic()))
            return flight.html
        except RenderError as error:
            if time.monotonic() < end:
                flight.error = error
            raise
        finally:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
            flight.landed.set()

    def after_fork_in_child(self) -> None:
        """Leave the renders under way to the parent."""
        self._lock = threading.Lock()
        self._flights: dict[Hashable, _Flight] = {}
