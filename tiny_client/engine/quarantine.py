"""Keeps bundles that do nothing but kill workers from taking the workers from all others."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from tiny_client.engine.messages import ContextKey
from tiny_client.engine.settings import EngineSettings
from tiny_client.errors import ComponentError, EngineUnavailable, InvalidOutput, RenderError

__all__ = ["Quarantine"]

_LONGEST_FACTOR = 30
_MOST_BUNDLES = 1000


@dataclass(slots=True)
class _Case:
    error: RenderError
    strikes: int = 0
    until: float = 0.0
    pause: float = 0.0


class Quarantine:
    """Counts, for each bundle, the failures since it last worked; safe from any thread.

    After `quarantine_after` of them in a row the bundle is not tried for `quarantine_seconds`, and
    the last error is raised at once; then one caller may try, and the pause doubles with each
    further failure, up to thirty times its first length. Another release is another bundle.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._cases: OrderedDict[ContextKey, _Case] = OrderedDict()

    def admit(self, key: ContextKey) -> None:
        """Raise the last error again while the bundle is not to be tried."""
        if not self._cases:  # the ordinary case costs no lock
            return
        with self._lock:
            case = self._cases.get(key)
            if case is None or case.strikes < self._settings.quarantine_after:
                return
            now = time.monotonic()
            if now >= case.until:
                # This caller tries it; the others wait for what comes of that.
                case.until = now + self._settings.first_render_timeout
                return
            error = case.error.again()
            error.add_note(
                f"It failed {case.strikes} times in a row; it is tried again in "
                f"{case.until - now:.1f} s, another release at once."
            )
        raise error

    def strikes(self, key: ContextKey) -> int:
        """Return how often the bundle has failed since it last worked."""
        if not self._cases:
            return 0
        with self._lock:
            case = self._cases.get(key)
            return 0 if case is None else case.strikes

    def record(self, key: ContextKey, error: RenderError | None) -> None:
        """Tell how a render ended; what the component itself threw counts as working."""
        if isinstance(error, EngineUnavailable):
            return  # says nothing about the bundle
        works = error is None or isinstance(error, ComponentError | InvalidOutput)
        if works and not self._cases:
            return
        with self._lock:
            if error is None or works:
                self._cases.pop(key, None)
                return
            case = self._cases.setdefault(key, _Case(error))
            case.error = error.again()
            case.strikes += 1
            if case.strikes >= self._settings.quarantine_after:
                first = self._settings.quarantine_seconds
                case.pause = min(case.pause * 2 or first, first * _LONGEST_FACTOR)
                case.until = time.monotonic() + case.pause
            self._cases.move_to_end(key)
            if len(self._cases) > _MOST_BUNDLES:
                self._cases.popitem(last=False)
