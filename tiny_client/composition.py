"""Composes one page: opens its slots, fills them in parallel, joins them with the template's text.

A slot always ends as fragment HTML or as its fallback, by its deadline. Nothing here knows Flask.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from markupsafe import Markup, escape

from tiny_client.client import LoadedFragment, TinyClient
from tiny_client.errors import ConfigurationError, RenderTimeout, TinyError
from tiny_client.forks import renew_after_fork
from tiny_client.html import fallback_element, slot_element
from tiny_client.loader import UNSET, Unset
from tiny_client.page import Part, page_head

__all__ = ["Composition", "Page", "Slot", "SlotOutcome", "SlotPool", "SlotRequest"]

log = logging.getLogger("tiny_client")


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """What a template asked for. `timeout` is in seconds; None takes the page's setting."""

    name: str
    contract_version: str
    props_json: str
    export: str | None
    hydrate: str
    fallback: Markup
    timeout: float | None = None
    cache_ttl: float | Unset | None = UNSET
    release: str | None = None


@dataclass(frozen=True, slots=True)
class SlotOutcome:
    """How a slot ended: `kind` is rendered, cached or fallback; `seconds` since it was opened.

    `html` is empty where there is an `error`.
    """

    kind: str
    html: Markup
    seconds: float
    fragment: LoadedFragment | None = None
    error: Exception | None = None


class SlotPool:
    """The threads that fill slots, started when the first slot opens and in each forked child."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix="tiny-slot")

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` on one of the threads."""
        self._executor.submit(work)

    def close(self) -> None:
        """End the threads; work that has not begun is dropped."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def after_fork_in_child(self) -> None:
        """Leave the threads to the parent."""
        self._begin()


class Slot:
    """A place in a page, being filled on another thread."""

    def __init__(self, request: SlotRequest, id_prefix: str, deadline: float) -> None:
        self.request = request
        self._id_prefix = id_prefix
        self._deadline = deadline
        self._opened = time.monotonic()
        self._loaded: Future[LoadedFragment] = Future()
        self._html: Future[tuple[Markup, bool]] = Future()
        self._outcome: SlotOutcome | None = None

    def fill_at_once(self, client: TinyClient) -> bool:
        """Fill the slot from what is at hand: no thread, no I/O. False where that is not enough."""
        request = self.request
        if request.cache_ttl is not UNSET or request.release is not None:
            return False
        fragment = client.at_hand(request.name, request.contract_version)
        if fragment is None:
            return False
        html = fragment.rendered_at_hand(request.props_json, request.export, self._id_prefix)
        if html is None:
            return False
        self._loaded.set_result(fragment)
        self._html.set_result((self._element(fragment, html), True))
        return True

    def fill(self, client: TinyClient) -> None:
        """Load and render the fragment; a failure is kept for `outcome`."""
        request = self.request
        try:
            fragment = client.load(
                request.name,
                request.contract_version,
                cache_ttl=request.cache_ttl,
                timeout=self._left(),
                release=request.release,
            )
        except Exception as error:
            self._loaded.set_exception(error)
            return
        self._loaded.set_result(fragment)
        try:
            rendered = fragment.render_json(
                request.props_json, request.export, self._id_prefix, self._left()
            )
        except Exception as error:
            self._html.set_exception(error)
            return
        self._html.set_result((self._element(fragment, rendered.html), rendered.cached))

    def _element(self, fragment: LoadedFragment, html: Markup) -> Markup:
        return slot_element(
            fragment.config,
            html=html,
            props_json=self.request.props_json,
            hydrate=self.request.hydrate,
            export=self.request.export,
            id_prefix=self._id_prefix,
        )

    def part(self) -> Part | None:
        """Return what the head needs for this slot, or None where the fragment did not load."""
        try:
            fragment = self._loaded.result(self._left())
        except Exception:
            return None
        return Part(fragment.config, fragment.runtime, self.request.hydrate)

    def outcome(self) -> SlotOutcome:
        """Wait until the slot is filled or its deadline has come, and say how it ended.

        It ends once: a fragment that comes after that is too late for this slot.
        """
        if self._outcome is None:
            self._outcome = self._conclude()
        return self._outcome

    def _conclude(self) -> SlotOutcome:
        fragment: LoadedFragment | None = None
        error: Exception
        try:
            fragment = self._loaded.result(self._left())
            html, cached = self._html.result(self._left())
            kind = "cached" if cached else "rendered"
            return SlotOutcome(kind, html, self._age(), fragment)
        except FutureTimeout:
            error = RenderTimeout(
                "it was not ready by the deadline of its slot",
                fragment=self.request.name,
                release=fragment.config.release if fragment else "unknown",
            )
        except Exception as reason:
            error = reason
        request = self.request
        level = logging.WARNING if isinstance(error, TinyError) else logging.ERROR
        log.log(
            level,
            "Slot %s %s shows its fallback: %s",
            request.name,
            request.contract_version,
            error,
            exc_info=None if isinstance(error, TinyError) else error,
        )
        return SlotOutcome("fallback", Markup(""), self._age(), fragment, error)

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _age(self) -> float:
        return time.monotonic() - self._opened


@dataclass(frozen=True, slots=True)
class Composition:
    """What pages are composed with. Timeouts are in seconds.

    `bus` holds the attributes of the packaged bus's tag; `development` opens the bus to every
    script of the page and adds the inspector; `show_errors` writes the
    error of a failed slot into its element.
    """

    client: TinyClient
    pool: SlotPool
    fragment_timeout: float
    page_timeout: float
    bus: Mapping[str, str] | None
    development: bool
    show_errors: bool
    on_slot: Callable[[SlotRequest, SlotOutcome], None]


class Page:
    """One response being composed. `nonce` is the one that its inline scripts carry."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        self._deadline = time.monotonic() + composition.page_timeout
        self._slots: list[Slot] = []
        # A mark nobody can guess, so no text that a user wrote can pass for one.
        self._token = secrets.token_hex(8)
        self.nonce = secrets.token_urlsafe(16)

    def open_slot(self, request: SlotRequest) -> Slot:
        """Start filling a slot."""
        composition = self._composition
        timeout = composition.fragment_timeout if request.timeout is None else request.timeout
        deadline = min(self._deadline, time.monotonic() + timeout)
        slot = Slot(request, f"t{len(self._slots)}-", deadline)
        self._slots.append(slot)
        if not slot.fill_at_once(composition.client):
            composition.pool.submit(lambda: slot.fill(composition.client))
        return slot

    def slot_mark(self, slot: Slot) -> Markup:
        """Return the mark that stands for `slot` in the template's text."""
        return self._mark(str(self._slots.index(slot)))

    def head_mark(self) -> Markup:
        """Return the mark that stands for the head tags in the template's text."""
        return self._mark("head")

    def stream(self, text: str) -> Iterator[str]:
        """Yield the page piece by piece: `text` with its marks replaced.

        Raises `ConfigurationError` at once where `text` has slots but no place for the head tags.
        """
        first, *rest = text.split(f"<!--tiny:{self._token}:")
        pieces = [piece.partition("-->") for piece in rest]
        if self._slots and not any(mark == "head" for mark, _, _ in pieces):
            raise ConfigurationError(
                "The page has fragments but no place for their head tags. "
                "Put {{ fragment_head() }} inside the <head> of its template"
            )
        return self._join(first, pieces)

    def _join(self, first: str, pieces: list[tuple[str, str, str]]) -> Iterator[str]:
        yield first
        for mark, _, text in pieces:
            yield self._head() if mark == "head" else self._finished(self._slots[int(mark)])
            yield text

    def _head(self) -> Markup:
        composition = self._composition
        parts = [part for slot in self._slots if (part := slot.part()) is not None]
        client = composition.client
        return page_head(
            parts,
            client.assets,
            client.assets_url,
            self.nonce,
            bus=composition.bus,
            development=composition.development,
        )

    def _finished(self, slot: Slot) -> Markup:
        request, outcome = slot.request, slot.outcome()
        self._composition.on_slot(request, outcome)
        if outcome.error is None:
            return outcome.html
        shown = str(outcome.error) if self._composition.show_errors else None
        return fallback_element(request.name, request.contract_version, request.fallback, shown)

    def _mark(self, what: str) -> Markup:
        return Markup(f"<!--tiny:{self._token}:{escape(what)}-->")
