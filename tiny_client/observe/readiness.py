"""Finds out whether this process can answer pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tiny_client.assets import Assets
from tiny_client.client import TinyClient
from tiny_client.errors import EngineUnavailable, TinyError
from tiny_client.forks import renew_after_fork
from tiny_client.stats import ClientStats

__all__ = ["Readiness", "Verdict"]

_KEPT_SECONDS: Final = 1.0
"""For so long a verdict is handed out again, however many ask."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the process is ready, why not, and what was seen."""

    ready: bool
    reasons: list[str] = field(default_factory=list)
    saw: dict[str, Any] = field(default_factory=dict)


class Readiness:
    """Says whether a process can compose pages; safe to use from any thread.

    A fragment that is broken, or a registry that is away, does not count against it: pages are
    served with fallbacks and last good releases, and no other process would do better.
    """

    def __init__(self, client: TinyClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._closing = False
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._verdict: Verdict | None = None
        self._judged_at = 0.0

    def check(self) -> Verdict:
        """Return the verdict, which is at most a second old."""
        with self._lock:  # one check at a time, and all who wait have its verdict
            if self._closing:
                return Verdict(False, ["the host is closing"])
            verdict = self._verdict
            if verdict is None or self._clock() - self._judged_at >= _KEPT_SECONDS:
                verdict = self._verdict = self._judge()
                self._judged_at = self._clock()
            return verdict

    def close(self) -> None:
        """Be ready no more."""
        self._closing = True

    def after_fork_in_child(self) -> None:
        """Judge anew: the parent's workers are not the child's."""
        self._begin()

    def _judge(self) -> Verdict:
        reasons = [*self._engine_fails(), *_missing(self._client.assets)]
        return Verdict(not reasons, reasons, _sight(self._client.stats()))

    def _engine_fails(self) -> list[str]:
        before = self._client.stats().engine.renders
        try:
            self._client.check_engine()
        except EngineUnavailable as error:
            # A host under load may have no worker to spare, and yet render all the time. Without
            # any worker, what it counts are attempts.
            engine = self._client.stats().engine
            if not engine.workers or engine.renders == before:
                return [f"the engine cannot render: {error}"]
        except TinyError as error:
            return [f"the engine cannot render: {error}"]
        return []


def _missing(assets: Assets) -> list[str]:
    files = [assets.browser.file, assets.bus.file]
    gone = [file for file in files if not (assets.folder / file).is_file()]
    if gone:
        return [f"{', '.join(gone)} missing in {assets.folder}; install the package again"]
    return []


def _sight(stats: ClientStats) -> dict[str, Any]:
    engine, loader = stats.engine, stats.loader
    last = {"outcome": loader.last_request, "at": loader.last_request_at}
    return {
        "engine": {
            "workers": engine.workers,
            "busy": engine.busy_workers,
            "waiting": engine.waiting,
            "renders": engine.renders,
            "kills": dict(engine.kills),
        },
        "registry": {
            "last_request": last if loader.last_request else None,
            "requests": dict(loader.requests),
        },
        "breakers": {
            " ".join(key): state for key, state in stats.breakers.items() if state != "closed"
        },
        "condemned": {" ".join(key): release for key, release in stats.condemned.items()},
    }
