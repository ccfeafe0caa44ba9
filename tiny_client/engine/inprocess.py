"""The engine that renders in the host's own process, for bundles that you trust."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from tiny_client.engine.context import Budget
from tiny_client.engine.contexts import Contexts
from tiny_client.engine.failures import raise_failure, require_size
from tiny_client.engine.messages import ContextKey, Failure, Html, Render, Sources
from tiny_client.engine.quarantine import Quarantine
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.slots import NoSlot, Slots, SlotsClosed, anything
from tiny_client.engine.tally import Tally
from tiny_client.errors import EngineUnavailable, PropsError, RenderError
from tiny_client.forks import renew_after_fork
from tiny_client.records import RenderJob
from tiny_client.stats import EngineStats

__all__ = ["InProcessEngine"]


@dataclass(frozen=True, slots=True)
class _Room:
    contexts: Contexts
    tally: Tally


class InProcessEngine:
    """Renders in V8 heaps of this process; see `tiny_client.records.Engine`.

    Its limits hold for what V8 can interrupt. A native sort of a huge array blocks its caller, and
    an allocation that V8 cannot satisfy ends the process: that is what the workers are for.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._open()
        renew_after_fork(self)

    def _open(self) -> None:
        settings, made = self._settings, list[_Room]()

        def make() -> _Room:
            # No method of the engine: that would be a cycle, and an engine that nobody closed
            # would warn of it late.
            room = _Room(Contexts(settings, synchronous=False), Tally())
            made.append(room)
            return room

        self._all = made
        self._slots = Slots(
            settings.workers,
            make,
            share=settings.fragment_workers,
            max_waiting=settings.queue_size,
        )
        self._quarantine = Quarantine(settings)

    def render(self, job: RenderJob, *, timeout: float) -> str:
        """Return the HTML of `job` within `timeout` seconds, or raise a RenderError."""
        return self._try(job, time.monotonic() + timeout)

    def warm(self, job: RenderJob, *, timeout: float) -> None:
        """Render `job` once in each place that has rendered before; see `Engine.warm`."""
        until = time.monotonic() + timeout
        failed: RenderError | None = None
        came_through = False
        rooms: Sequence[_Room | None] = list(self._all) or [None]
        for room in rooms:
            try:
                self._try(job, until, room)
                came_through = True
            except RenderError as error:
                failed = error
        if failed is not None and not came_through:
            raise failed

    def stats(self) -> EngineStats:
        """Count contexts and renders; the memory is the host's own and not counted."""
        rooms = list(self._all)
        return EngineStats(
            busy_workers=self._slots.busy,
            waiting=self._slots.waiting,
            contexts=sum(len(room.contexts) for room in rooms),
            renders=sum(room.tally.renders for room in rooms),
            render_seconds=sum(room.tally.seconds for room in rooms),
            cold_renders=sum(room.tally.cold for room in rooms),
        )

    def _try(self, job: RenderJob, until: float, only: _Room | None = None) -> str:
        key = (job.fragment, job.runtime.key, job.bundle.key)
        self._quarantine.admit(key)
        try:
            html = self._render(job, key, until, only)
        except RenderError as error:
            self._quarantine.record(key, error)
            raise
        self._quarantine.record(key, None)
        return html

    def _render(self, job: RenderJob, key: ContextKey, until: float, only: _Room | None) -> str:
        settings, slots = self._settings, self._slots

        def cost(room: _Room) -> float:
            return -1 if key in room.contexts else len(room.contexts)

        wanted = anything if only is None else (lambda room: room is only)
        try:
            queue_timeout = min(until - time.monotonic(), settings.queue_timeout)
            room = slots.acquire(job.fragment, cost, queue_timeout, wanted)
        except (NoSlot, SlotsClosed) as error:
            reason = "the engine is closed"
            if isinstance(error, NoSlot):
                reason = "no context became free in time; raise EngineSettings.workers"
            raise EngineUnavailable(reason, fragment=job.fragment, release=job.release) from None
        started = time.monotonic()
        cold = key not in room.contexts
        try:
            limit = settings.first_render_timeout if cold else settings.render_timeout
            answer = self._render_in(room.contexts, job, min(until - started, limit))
        finally:
            room.tally.add(time.monotonic() - started, cold=cold)
            if not slots.give_back(job.fragment, room):
                room.contexts.close()
        if isinstance(answer, Failure):
            raise_failure(answer, job)
        return require_size(answer.html, settings.max_output_bytes, job)

    def _render_in(self, contexts: Contexts, job: RenderJob, seconds: float) -> Html | Failure:
        if seconds <= 0:
            raise EngineUnavailable(
                "the caller's time was up before a context was free",
                fragment=job.fragment,
                release=job.release,
            )
        contexts.drop_idle()
        sources = Sources(job.runtime.name, job.runtime.source, job.bundle.name, job.bundle.source)
        key = (job.fragment, job.runtime.key, job.bundle.key)
        call = Render(key, job.export, job.id_prefix, job.props_json, sources)
        try:
            answer = contexts.render(call, Budget(seconds))
        except UnicodeEncodeError as error:
            raise PropsError(f"The props of {job.fragment!r} are no valid text: {error}") from error
        assert isinstance(answer, Html | Failure)  # the sources are always there
        return answer

    def close(self) -> None:
        """Free every heap; what is being rendered still ends first. Twice is harmless."""
        for room in self._slots.close():
            room.contexts.close()
            self._all.remove(room)

    def after_fork_in_child(self) -> None:
        """Start anew: V8 heaps of another process hang when they are used or freed."""
        for room in self._all:
            room.contexts.abandon()
        self._open()

    def __del__(self) -> None:
        if any(getattr(self, "_all", ())):
            warnings.warn(f"unclosed engine {self!r}", ResourceWarning, source=self, stacklevel=1)
            self.close()
