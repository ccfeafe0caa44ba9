"""Keeps what each fragment was last rendered with, to warm its next release before it serves."""

from __future__ import annotations

import sys
import threading
import time
from typing import Final, NamedTuple

from tiny_client.errors import ComponentError, EngineUnavailable, RenderError, RenderTimeout
from tiny_client.forks import renew_after_fork
from tiny_client.guard import FragmentKey, Release, Releases
from tiny_client.records import Engine

__all__ = ["DEFAULT_WARM_PROPS_BYTES", "LastProps", "WarmProps", "warm_up"]

DEFAULT_WARM_PROPS_BYTES: Final = 64 * 1024
"""The longest props that are kept, where nothing else is said."""

_MOST_FRAGMENTS: Final = 200

_TIMEOUT: Final = 5.0
"""Seconds for one go at warming the workers; the engine's own limits are shorter."""


class WarmProps(NamedTuple):
    """Props as canonical JSON, and the export that they were for."""

    props_json: str
    export: str | None


class LastProps:
    """The props of the last render of each fragment that went well; safe from any thread.

    Props of more than `max_bytes` are not kept; nor are those of more than 200
    fragments: the one that was rendered the longest time ago goes first.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._last: dict[FragmentKey, WarmProps] = {}
        renew_after_fork(self)

    def note(self, key: FragmentKey, props_json: str, export: str | None) -> None:
        """Keep what a fragment was rendered with."""
        if sys.getsizeof(props_json) > self._max_bytes:
            return
        with self._lock:
            self._last.pop(key, None)  # so that it is the last to go
            self._last[key] = WarmProps(props_json, export)
            while len(self._last) > _MOST_FRAGMENTS:
                del self._last[next(iter(self._last))]

    def get(self, key: FragmentKey) -> WarmProps | None:
        """Return what a fragment was last rendered with."""
        return self._last.get(key)

    def after_fork_in_child(self) -> None:
        """Take a new lock: another thread may have held the old one at the fork."""
        self._lock = threading.Lock()


def warm_up(engine: Engine, releases: Releases, release: Release, last: WarmProps | None) -> None:
    """Render `release` wherever it may be rendered later, with the `last` props of its fragment.

    Each failure is told to `releases`, until it works or is condemned. Without props of its own
    the fragment is rendered without any, and it does not matter if that makes its component throw.
    """
    job = release.job(*(last or WarmProps("{}", None)))
    for _ in range(max(1, releases.failures)):
        started = time.monotonic()
        try:
            engine.warm(job, timeout=_TIMEOUT)
            return
        except EngineUnavailable:
            return
        except ComponentError as error:
            if last is None or releases.failed(release, error):
                return
        except RenderError as error:
            late = isinstance(error, RenderTimeout) and time.monotonic() - started >= _TIMEOUT
            if late or releases.failed(release, error):
                return
