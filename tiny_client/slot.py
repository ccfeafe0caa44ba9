"""One place in a page: what was asked for, how it is filled, how it ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from markupsafe import Markup
from msgspec.structs import replace

from tiny_client.errors import BreakerOpen, RenderTimeout, TinyError
from tiny_client.html import fallback_element
from tiny_client.islands import Island, IslandCache, encoded
from tiny_client.loader import UNSET, Unset
from tiny_client.page import Part

if TYPE_CHECKING:
    from tiny_client.client import LoadedFragment, TinyClient
    from tiny_client.guard import Call, FragmentKey

__all__ = ["Slot", "SlotOutcome", "SlotRequest"]

log = logging.getLogger("tiny_client")


class SlotRequest(msgspec.Struct, frozen=True):
    """What a template asked for. `timeout` is in seconds; None takes the page's setting.

    `stream` lets the slot come later in the response where it is not ready in its turn; None
    takes the page's setting.
    """

    name: str
    contract_version: str
    props_json: str
    export: str | None
    hydrate: str
    fallback: Markup
    timeout: float | None = None
    cache_ttl: float | Unset | None = UNSET
    release: str | None = None
    stream: bool | None = None


class SlotOutcome(msgspec.Struct, frozen=True):
    """How a slot ended, and its element as it is sent.

    `kind` is one of rendered, cached (from the cache of pure fragments), stale (of a release that
    is not known to be the current one), fallback and breaker-open; with the last two there is an
    `error`. `seconds` is from its opening (`opened_at`, as `time.time()`) to its end. `late` says
    that it came after its place was sent.
    """

    kind: str
    html: bytes
    seconds: float
    load_seconds: float = 0.0
    render_seconds: float = 0.0
    late: bool = False
    fragment: LoadedFragment | None = None
    release: str = ""
    error: Exception | None = None
    opened_at: float = 0.0


class Slot:
    """A place in a page. It ends once: a fragment that comes after that is too late for it.

    `number` is its place among the slots of its page, `deadline` of the clock `time.monotonic`.
    """

    __slots__ = (
        "_begun",
        "_call",
        "_left",
        "_lock",
        "_opened",
        "_over",
        "_show_errors",
        "deadline",
        "fragment",
        "id_prefix",
        "island",
        "number",
        "opened_at",
        "outcome",
        "request",
        "shown_error",
        "stream",
    )

    def __init__(
        self,
        request: SlotRequest,
        number: int,
        *,
        deadline: float,
        stream: bool = False,
        show_errors: bool = False,
    ) -> None:
        self.request = request
        self.number = number
        self.id_prefix = f"t{number}-"
        self.deadline = deadline
        self.stream = stream
        self.shown_error: str | None = None
        self._show_errors = show_errors
        self.opened_at = time.time()
        self.fragment: LoadedFragment | None = None
        self.island: Island | None = None
        self.outcome: SlotOutcome | None = None
        self._opened = time.monotonic()
        self._left: tuple[SlotOutcome, Island] | None = None
        self._call: Call | None = None
        self._lock: threading.Lock | None = None
        self._begun = False
        self._over = False

    @property
    def key(self) -> FragmentKey:
        """The fragment that it shows."""
        return self.request.name, self.request.contract_version

    def part(self) -> Part | None:
        """Return what the page needs for it; None where that is not known yet, or it failed."""
        fragment = self.fragment
        if fragment is None or (self.outcome is not None and self.outcome.error is not None):
            return None
        return Part(fragment.config, fragment.runtime, self.request.hydrate)

    def take_at_hand(self, fragment: LoadedFragment, islands: IslandCache) -> bool:
        """Fill it from what is in memory: no thread, no I/O. False where that is not enough."""
        self.fragment = fragment
        request = self.request
        island = islands.get(fragment, request, self.id_prefix)
        if island is None:
            html = fragment.rendered_at_hand(request.props_json, request.export, self.id_prefix)
            if html is None:
                return False
            island = Island.of(fragment, request, html, self.id_prefix)
            islands.put(fragment, request, self.id_prefix, island)
        self._conclude(self._filled("cached", fragment, island), island)
        return True

    def await_fill(self, call: Call | None) -> None:
        """Say that a thread will fill it, on account of `call`."""
        self._call = call
        self._lock = threading.Lock()

    def fill(self, client: TinyClient, agree: Callable[[LoadedFragment], LoadedFragment]) -> None:
        """Load and render the fragment and leave what comes of it for the page.

        `agree` answers the release that the whole page shows of the fragment: the first that came.
        """
        if not self._begin():
            return
        error: Exception | None = None
        try:
            left = self._fill(client, agree)
        except Exception as reason:
            error = reason
            left = self._failed("fallback", reason)
        self._left = left
        if self._call is not None:
            self._call.end(error)

    def _begin(self) -> bool:
        """Say whether the work is to begin: not where the slot has ended while it was in line."""
        if self._lock is not None:
            with self._lock:
                if self._over:
                    return False
                self._begun = True
        if self._call is not None:
            self._call.start()
        return True

    def _fill(
        self, client: TinyClient, agree: Callable[[LoadedFragment], LoadedFragment]
    ) -> tuple[SlotOutcome, Island]:
        request = self.request
        started = time.monotonic()
        fragment = self.fragment
        if fragment is None:
            fragment = agree(
                client.load(
                    request.name,
                    request.contract_version,
                    cache_ttl=request.cache_ttl,
                    timeout=self.time_left(),
                    release=request.release,
                )
            )
            self.fragment = fragment
        loaded = time.monotonic()
        rendered = fragment.render_json(
            request.props_json, request.export, self.id_prefix, self.time_left()
        )
        render_seconds = time.monotonic() - loaded
        island = Island.of(fragment, request, rendered.html, self.id_prefix)
        outcome = self._filled("cached" if rendered.cached else "rendered", fragment, island)
        outcome = replace(outcome, load_seconds=loaded - started, render_seconds=render_seconds)
        return outcome, island

    def _filled(self, kind: str, fragment: LoadedFragment, island: Island) -> SlotOutcome:
        return SlotOutcome(
            "stale" if fragment.stale else kind,
            island.content,
            time.monotonic() - self._opened,
            fragment=fragment,
            release=fragment.config.release,
            opened_at=self.opened_at,
        )

    def _failed(self, kind: str, error: Exception) -> tuple[SlotOutcome, Island]:
        request = self.request
        self.shown_error = encoded(str(error)).decode() if self._show_errors else None
        element = fallback_element(
            request.name, request.contract_version, request.fallback, self.shown_error
        )
        island = Island(encoded(element))
        fragment = self.fragment
        outcome = SlotOutcome(
            kind,
            island.content,
            time.monotonic() - self._opened,
            fragment=fragment,
            release=fragment.config.release if fragment else "",
            error=error,
            opened_at=self.opened_at,
        )
        return outcome, island

    def refuse(self, error: Exception) -> None:
        """End it with its fallback at once; nobody fills it."""
        kind = "breaker-open" if isinstance(error, BreakerOpen) else "fallback"
        self._conclude(*self._failed(kind, error))

    def collect(self, *, late: bool = False) -> SlotOutcome | None:
        """End it if it is filled or its time is over, and say how it ended; None: not yet."""
        if self.outcome is None:
            left = self._left
            if left is None:
                if time.monotonic() < self.deadline:
                    return None
                left = self._too_late()
            outcome, island = left
            self._conclude(replace(outcome, late=True) if late else outcome, island)
        return self.outcome

    def _too_late(self) -> tuple[SlotOutcome, Island]:
        fragment = self.fragment
        error = RenderTimeout(
            "it was not ready by the deadline of its slot",
            fragment=self.request.name,
            release=fragment.config.release if fragment else "unknown",
        )
        self.abandon(error)
        return self._failed("fallback", error)

    def abandon(self, error: Exception | None = None) -> None:
        """Give up what has not begun; `error` is what the slot ended with, if it has."""
        if self.outcome is not None or self._lock is None:
            return
        with self._lock:
            self._over = True
            begun = self._begun
        if self._call is None:
            return
        if not begun:
            self._call.cancel()
        elif error is not None:
            self._call.end(error)

    def time_left(self) -> float:
        """Seconds until its deadline."""
        return max(0.0, self.deadline - time.monotonic())

    def _conclude(self, outcome: SlotOutcome, island: Island) -> None:
        self.outcome = outcome
        self.island = island
        error = outcome.error
        if error is None or outcome.kind == "breaker-open":
            return
        level = logging.WARNING if isinstance(error, TinyError) else logging.ERROR
        log.log(
            level,
            "Slot %s %s shows its fallback: %s",
            self.request.name,
            self.request.contract_version,
            error,
            exc_info=None if isinstance(error, TinyError) else error,
            extra={
                "fragment": self.request.name,
                "contract_version": self.request.contract_version,
                "release": outcome.release,
                "outcome": outcome.kind,
                "seconds": outcome.seconds,
            },
        )
