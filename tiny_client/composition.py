"""Composes one page: opens its slots, fills them in parallel, joins them with the template's text.

A slot always ends as fragment HTML or as its fallback, by its deadline. Nothing here knows Flask.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from markupsafe import Markup

from tiny_client.client import LoadedFragment, TinyClient
from tiny_client.errors import BreakerOpen, SlotQueueFull
from tiny_client.guard import Call, Guard
from tiny_client.islands import Island, IslandCache
from tiny_client.layout import HEAD, Marks
from tiny_client.loader import UNSET
from tiny_client.page import HeadWriter, Part
from tiny_client.slot import Slot, SlotOutcome, SlotRequest
from tiny_client.slot_pool import SlotPool
from tiny_client.tokens import random_token
from tiny_client.writer import PageWriter, WholePage

__all__ = [
    "Composition",
    "Page",
    "PageObservation",
    "PageObserver",
    "Slot",
    "SlotOutcome",
    "SlotRequest",
    "WholePage",
]

log = logging.getLogger("tiny_client")

Answer = TypeVar("Answer")

_NONCE_LENGTH = 24


class PageObservation(Protocol):
    """Watches one page; called in one thread at a time."""

    def slot(self, request: SlotRequest, outcome: SlotOutcome) -> None:
        """Note how one slot was served; called once for each."""
        ...

    def done(self) -> None:
        """Note that the page was sent or abandoned; called once."""
        ...


class PageObserver(Protocol):
    """Watches the pages of a host. What it raises is logged, and the page goes on."""

    def page(self) -> PageObservation:
        """Begin to watch a page, in the thread and the context of its request."""
        ...


@dataclass(frozen=True, slots=True)
class Composition:
    """What pages are composed with. Timeouts are in seconds.

    Without a `guard` every fragment is tried; without an `observer` nobody hears of slots.
    `stream` lets slots come late where their template does not say. `show_errors` writes the
    error of a failed slot into its element.
    """

    client: TinyClient
    pool: SlotPool
    heads: HeadWriter
    islands: IslandCache
    fragment_timeout: float
    page_timeout: float
    guard: Guard | None = None
    observer: PageObserver | None = None
    stream: bool = False
    show_errors: bool = False


class Page:
    """One response being composed. `nonce` is the one that its inline scripts carry.

    `slots` are in the order in which they were opened; `states` are the elements for the bus.

    An `idle` page fills from memory what it can and starts no work: for an answer without a body.
    Close it in the end.
    """

    def __init__(self, composition: Composition, *, idle: bool = False) -> None:
        self._composition = composition
        self._deadline = time.monotonic() + composition.page_timeout
        self._idle = idle
        self.slots: list[Slot] = []
        self.states: list[Markup] = []
        self._agreed: dict[tuple[str, str, str | None], LoadedFragment] = {}
        self._filled: SimpleQueue[Slot] | None = None
        self._served: set[int] = set()
        self._closed = False
        secret = random_token()
        self.nonce = secret[:_NONCE_LENGTH]
        self._marks = Marks(secret[_NONCE_LENGTH:])
        self._observation: PageObservation | None = None
        if composition.observer is not None and not idle:
            self._observation = _quietly(composition.observer.page)

    def open_slot(self, request: SlotRequest) -> Slot:
        """Start filling a slot."""
        composition = self._composition
        timeout = composition.fragment_timeout if request.timeout is None else request.timeout
        slot = Slot(
            request,
            len(self.slots),
            deadline=min(self._deadline, time.monotonic() + timeout),
            stream=composition.stream if request.stream is None else request.stream,
            show_errors=composition.show_errors,
        )
        self.slots.append(slot)
        if not self._take_at_hand(slot) and not self._idle:
            self._start(slot)
        return slot

    def _take_at_hand(self, slot: Slot) -> bool:
        request = slot.request
        if request.cache_ttl is not UNSET or request.release is not None:
            return False
        key = (request.name, request.contract_version, None)
        fragment = self._agreed.get(key)
        if fragment is None:
            fragment = self._composition.client.at_hand(request.name, request.contract_version)
            if fragment is None:
                return False
            fragment = self._agreed.setdefault(key, fragment)
        return slot.take_at_hand(fragment, self._composition.islands)

    def _start(self, slot: Slot) -> None:
        guard = self._composition.guard
        if guard is None:
            self._submit(slot, None)
            return
        call = guard.begin(slot.key)
        if call is not None:
            self._submit(slot, call)
            return
        slot.refuse(
            BreakerOpen(
                f"The breaker of {slot.request.name} {slot.request.contract_version} is open: it "
                "keeps failing or is slow"
            )
        )
        probe = guard.take_probe(slot.key)
        if probe is not None:
            self._probe(slot, probe)

    def _submit(self, slot: Slot, call: Call | None) -> None:
        if self._filled is None:
            self._filled = SimpleQueue()
        filled = self._filled
        slot.await_fill(call)

        def fill() -> None:
            self._fill(slot)
            filled.put(slot)

        try:
            self._composition.pool.submit(
                slot.key, _in_context(fill), until=slot.deadline, drop=slot.abandon
            )
        except (SlotQueueFull, RuntimeError) as error:
            slot.abandon()
            slot.refuse(error)

    def _probe(self, slot: Slot, call: Call) -> None:
        """Find out whether the fragment works again; nobody waits for it."""
        probe = Slot(slot.request, slot.number, deadline=slot.deadline)
        probe.fragment = slot.fragment
        probe.await_fill(call)
        work = _in_context(lambda: self._fill(probe))
        try:
            self._composition.pool.submit(slot.key, work, until=slot.deadline, drop=probe.abandon)
        except (SlotQueueFull, RuntimeError):
            probe.abandon()

    def _fill(self, slot: Slot) -> None:
        release = slot.request.release

        def agree(fragment: LoadedFragment) -> LoadedFragment:
            return self._agreed.setdefault((*slot.key, release), fragment)

        slot.fill(self._composition.client, agree)

    def slot_mark(self, slot: Slot) -> Markup:
        """Return the mark that stands for `slot` in the template's text."""
        return self._marks.mark(str(slot.number))

    def head_mark(self) -> Markup:
        """Return the mark that stands for the head tags in the template's text."""
        return self._marks.mark(HEAD.decode())

    def state_mark(self, element: Markup) -> Markup:
        """Return the mark of an element for the bus, which goes into the head, before its script.

        A page without head tags has it where the mark stands.
        """
        self.states.append(element)
        return self._marks.mark(f"state{len(self.states) - 1}")

    def compose(self, text: str) -> None:
        """Take the template's text, with its marks.

        Raises `ConfigurationError` where it has slots but no place for the head tags.
        """
        layout = self._marks.layout(text)
        layout.check()
        self._writer = PageWriter(self, layout, self._composition.heads)

    def has_ended(self, slot: Slot) -> bool:
        """Say whether `slot` is filled or its time is over."""
        return slot.outcome is not None or (not self._idle and slot.collect() is not None)

    def outcome(self, slot: Slot) -> SlotOutcome:
        """Wait until `slot` is filled or its deadline has come, and say how it ended."""
        while (outcome := slot.collect()) is None:
            self.wait(slot.time_left())
        return outcome

    def parts(self) -> list[Part]:
        """Return the fragments whose configs are known and that have not failed, in page order."""
        return [part for slot in self.slots if (part := slot.part()) is not None]

    def ended(self) -> list[tuple[SlotRequest, SlotOutcome]]:
        """Return the slots that have ended by now."""
        ended = (slot for slot in self.slots if self.has_ended(slot))
        return [(slot.request, slot.outcome) for slot in ended if slot.outcome is not None]

    def whole(self) -> WholePage | None:
        """Return the page if every slot in it has ended, else None."""
        return self._writer.whole()

    def chunks(self) -> Iterator[bytes]:
        """Yield the page piece by piece, each as soon as the visitor can have it."""
        return self._writer.chunks()

    def close(self) -> None:
        """Give up what nobody will see: the page was sent, or its visitor has gone."""
        if self._closed:
            return
        self._closed = True
        for slot in self.slots:
            slot.abandon()
        if self._observation is not None:
            _quietly(self._observation.done)

    def serve(self, slot: Slot) -> Island:
        """Return the element of a slot that has ended, and tell the observer once."""
        outcome, island = slot.outcome, slot.island
        if outcome is None or island is None:
            raise RuntimeError(f"Slot {slot.number} is served before it has ended")
        observation = self._observation
        if observation is not None and slot.number not in self._served:
            self._served.add(slot.number)
            _quietly(lambda: observation.slot(slot.request, outcome))
        return island

    def wait(self, seconds: float) -> None:
        """Wait until one more slot is filled, `seconds` at most."""
        if self._filled is None:
            self._filled = SimpleQueue()
        try:
            self._filled.get(timeout=seconds)
        except Empty:
            return


def _in_context(work: Callable[[], None]) -> Callable[[], None]:
    """Return `work` as it runs in the context of now: what it logs and asks for has its request."""
    context = copy_context()
    return lambda: context.run(work)


def _quietly(watch: Callable[[], Answer]) -> Answer | None:
    try:
        return watch()
    except Exception:
        log.exception("The observer of a page failed")
        return None
