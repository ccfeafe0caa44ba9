"""Writes one page as bytes: whole where every slot has ended, else piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from tiny_client.html import late_slot, pending_element, place_script
from tiny_client.islands import digest, encoded
from tiny_client.layout import END, HEAD, Layout
from tiny_client.page import HeadWriter, Part, Written

if TYPE_CHECKING:
    from tiny_client.composition import Page
    from tiny_client.slot import Slot

__all__ = ["PageWriter", "WholePage"]

# After it the browser knows that the element before it is complete, though nothing follows yet.
_CLOSED = b"<!---->"

_ETAG_BYTES = 12


@dataclass(frozen=True, slots=True)
class WholePage:
    """A page all of whose slots have ended.

    `etag` names what it shows, whatever its nonce; the same in every process of a host.
    """

    content: bytes
    etag: str


class PageWriter:
    """Joins the text of a page's template with its head tags and slots.

    The head waits for nothing: what a fragment needs and the head could not have comes with its
    slot.
    """

    def __init__(self, page: Page, layout: Layout, heads: HeadWriter) -> None:
        self._page = page
        self._layout = layout
        self._heads = heads
        self._nonce = page.nonce.encode()
        self._head_parts: list[Part] = []
        self._written: Written | None = None
        self._late: list[Slot] = []

    def whole(self) -> WholePage | None:
        """Return the page if every slot in it has ended, else None."""
        layout, slots = self._layout, self._page.slots
        placed = (slots[int(what)] for what, _ in layout.pieces if what.isdigit())
        if any(not self._page.has_ended(slot) for slot in placed):
            return None
        nonce = self._nonce
        hashed = blake2b(digest_size=_ETAG_BYTES)
        parts = [layout.first]
        hashed.update(parts[0].replace(nonce, b""))
        for what, text in layout.pieces:
            if what.isdigit():
                island = self._page.serve(slots[int(what)])
                parts.append(island.content)
                hashed.update(island.digest)
            else:
                part, shown = self._tags(what)
                parts.append(part)
                hashed.update(shown)
            parts.append(text)
            hashed.update(text.replace(nonce, b""))
        return WholePage(b"".join(parts), hashed.hexdigest())

    def chunks(self) -> Iterator[bytes]:
        """Yield the page piece by piece, each as soon as the visitor can have it."""
        ready = [self._layout.first]
        may_come_late = True
        for what, text in self._layout.with_end():
            if what == END:
                may_come_late = False
                if self._late:
                    yield _taken(ready)
                    yield from self._late_slots()
            elif what.isdigit():
                slot = self._page.slots[int(what)]
                if may_come_late and self._postpone(slot):
                    ready.append(_pending(slot))
                else:
                    if not self._page.has_ended(slot):
                        ready.append(_CLOSED)
                        yield _taken(ready)
                        self._page.outcome(slot)
                    ready.append(self._brought(slot) + self._page.serve(slot).content)
            else:
                ready.append(self._tags(what)[0])
            ready.append(text)
        yield _taken(ready)

    def _postpone(self, slot: Slot) -> bool:
        """Let a slot that is not ready come late, where it may."""
        if not slot.stream or slot in self._late or self._page.has_ended(slot):
            return False
        self._late.append(slot)
        return True

    def _tags(self, what: bytes) -> tuple[bytes, bytes]:
        """Return what stands at a mark that is no slot's, and what of it an ETag is made from."""
        nonce, page = self._nonce, self._page
        if what != HEAD:
            # The head has them all, where there is one.
            if self._layout.has_head:
                return b"", b""
            state = page.states[int(what.removeprefix(b"state"))].encode()
            return state, digest(state.replace(nonce, b""))
        states = b"".join(state.encode() for state in page.states)
        shown = states.replace(nonce, b"")
        if not page.slots:
            return states, shown
        # Once: a moment later more of them may be known.
        parts = page.parts()
        self._head_parts += parts
        head = self._heads.head(
            parts,
            alive=any(slot.request.hydrate != "never" for slot in page.slots),
            late_slots=any(slot.stream and slot.outcome is None for slot in page.slots),
        )
        return states + head.with_nonce(nonce), shown + head.digest

    def _brought(self, slot: Slot) -> bytes:
        """Return the tags that the head could not have because the fragment was not known."""
        part = slot.part()
        if part is None:
            return b""
        if self._written is None:
            self._written = Written(self._head_parts)
        return self._written.tags(part, self._page.nonce).encode()

    def _late_slots(self) -> Iterator[bytes]:
        """Yield the late slots in the order in which they are ready."""
        late, first = self._late, True
        while late:
            for slot in [slot for slot in late if slot.collect(late=True) is not None]:
                late.remove(slot)
                yield self._late_slot(slot, first=first)
                first = False
            if late:
                self._page.wait(min(slot.time_left() for slot in late))

    def _late_slot(self, slot: Slot, *, first: bool) -> bytes:
        island = self._page.serve(slot)
        error = slot.outcome.error if slot.outcome is not None else None
        if error is None:
            held = late_slot(island.content.decode(), slot.number)
            script = place_script(slot.number, self._page.nonce, first=first)
            return self._brought(slot) + f"{held}{script}".encode()
        script = place_script(slot.number, self._page.nonce, first=first, error=slot.shown_error)
        return script.encode()


def _pending(slot: Slot) -> bytes:
    request = slot.request
    element = pending_element(request.name, request.contract_version, request.fallback, slot.number)
    return encoded(element)


def _taken(ready: list[bytes]) -> bytes:
    chunk = b"".join(ready)
    ready.clear()
    return chunk
