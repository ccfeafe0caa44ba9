"""One worker process as the host sees it: a conversation over its link, with time limits."""

from __future__ import annotations

import select
import struct
import time

import msgspec

from tiny_client.engine.descriptors import release
from tiny_client.engine.messages import (
    ContextKey,
    Failure,
    Frames,
    Html,
    Loaded,
    Ready,
    Render,
    Reply,
    Sources,
    UnknownContext,
    decode_reply,
    frame,
)
from tiny_client.engine.nursery import Nursery
from tiny_client.engine.orders import STATUS
from tiny_client.engine.settings import EngineSettings
from tiny_client.records import RenderJob

__all__ = ["CallerLate", "RemoteWorker", "WorkerGone", "WorkerLate", "context_key"]

_CHUNK = 256 * 1024
_ROOM_FOR_FAILURES = 256 * 1024  # bytes; HTML may need three for each character
_SECONDS_FOR_OBITUARY = 1.0


class CallerLate(Exception):
    """The caller's time is up, the worker's is not: `finish` may be called again."""


class WorkerLate(Exception):
    """The worker used up its time; it has to be killed."""


class WorkerGone(Exception):
    """The worker ended, or talks nonsense; `had_begun` tells whether it may be the job's doing."""

    def __init__(self, *, had_begun: bool, nonsense: str = "") -> None:
        self.had_begun = had_begun
        self.nonsense = nonsense
        super().__init__(nonsense)


def context_key(job: RenderJob) -> ContextKey:
    """Name the context that a job needs: one trust domain, one runtime, one bundle."""
    return (job.fragment, job.runtime.key, job.bundle.key)


class RemoteWorker:
    """A worker process; raises NurseryClosed where none can be had.

    For one thread at a time. `begin` a job, then `finish` it; where that raises CallerLate another
    thread may finish it later.
    """

    def __init__(self, nursery: Nursery, settings: EngineSettings) -> None:
        self._nursery = nursery
        self._settings = settings
        self._number, self._link, self._obituary = nursery.spawn()
        self._link.setblocking(False)
        self._poll = select.poll()
        self._frames = Frames(3 * settings.max_output_bytes + _ROOM_FOR_FAILURES)
        self._held: set[ContextKey] = set()
        self._limit = time.monotonic() + settings.start_timeout
        self._job: RenderJob | None = None
        self._with_sources = False
        self._loaded = False
        self._unsent = memoryview(b"")
        self.pid: int | None = None
        self.renders = 0

    def cost(self, key: ContextKey) -> float:
        """Rank this worker for a context: below 0 where it holds it, else by how many it holds."""
        return -1 if key in self._held else len(self._held)

    def is_sound(self) -> bool:
        """Tell whether an idle worker lives: a sound one has nothing to say."""
        self._poll.register(self._link, select.POLLIN)
        return not self._poll.poll(0)

    def begin(self, job: RenderJob) -> None:
        """Take a job on."""
        self._job = job
        self.renders += 1
        self._ask(with_sources=context_key(job) not in self._held)

    def _ask(self, *, with_sources: bool) -> None:
        job = self._job
        assert job is not None
        self._with_sources = with_sources
        self._loaded = False
        sources = None
        if with_sources:
            sources = Sources(
                job.runtime.name, job.runtime.source, job.bundle.name, job.bundle.source
            )
        call = Render(context_key(job), job.export, job.id_prefix, job.props_json, sources)
        self._unsent = memoryview(frame(call))
        if self.pid is not None:
            self._start_clock()

    def _start_clock(self) -> None:
        settings = self._settings
        seconds = settings.first_render_timeout if self._with_sources else settings.render_timeout
        self._limit = time.monotonic() + seconds

    def time_limit(self) -> str:
        """Name the limit that the current job is under."""
        settings = self._settings
        if self.pid is None:
            return f"{settings.start_timeout:g} s (EngineSettings.start_timeout)"
        if self._loaded:
            return f"{2 * settings.render_timeout:g} s (twice EngineSettings.render_timeout)"
        if self._with_sources:
            return f"{settings.first_render_timeout:g} s (EngineSettings.first_render_timeout)"
        return f"{settings.render_timeout:g} s (EngineSettings.render_timeout)"

    def finish(self, until: float | None = None) -> Html | Failure:
        """Return the answer; `until` is the caller's end, on the clock of `time.monotonic`.

        Raises CallerLate, WorkerLate or WorkerGone.
        """
        assert self._job is not None
        while True:
            reply = self._receive(until)
            if isinstance(reply, Ready):
                self.pid = reply.pid
                self._start_clock()
            elif isinstance(reply, Loaded):
                rendering = time.monotonic() + 2 * self._settings.render_timeout
                self._limit = min(self._limit, rendering)
                self._loaded = True
            elif isinstance(reply, UnknownContext):
                # It gave the context up, being idle or short of room.
                self._held.discard(context_key(self._job))
                self._ask(with_sources=True)
            else:
                if isinstance(reply, Html) or reply.kind in ("component", "output", "stuck"):
                    self._held.add(context_key(self._job))
                return reply

    def _receive(self, until: float | None) -> Reply:
        was_ready = self.pid is not None
        while True:
            try:
                payload = self._frames.next_payload()
                if payload is not None:
                    return decode_reply(payload)
                self._send_what_fits()
                data = self._link.recv(_CHUNK)
            except BlockingIOError:
                self._wait(until)
                continue
            except OSError as error:
                # Reset or broken, not closed in good order: it died with the job still unread.
                raise WorkerGone(had_begun=False) from error
            except (ValueError, msgspec.MsgspecError) as error:
                raise WorkerGone(had_begun=was_ready, nonsense=str(error)) from error
            if not data:
                raise WorkerGone(had_begun=was_ready)
            self._frames.feed(data)

    def _send_what_fits(self) -> None:
        while self._unsent:
            try:
                self._unsent = self._unsent[self._link.send(self._unsent) :]
            except BlockingIOError:
                return

    def _wait(self, until: float | None) -> None:
        now = time.monotonic()
        if now >= self._limit:
            raise WorkerLate
        if until is not None and now >= until:
            raise CallerLate
        end = self._limit if until is None else min(self._limit, until)
        events = select.POLLIN | (select.POLLOUT if self._unsent else 0)
        self._poll.register(self._link, events)
        self._poll.poll(max(1, (end - now) * 1000))

    def kill(self) -> None:
        """End the process and close what leads to it."""
        self._nursery.kill(self._number)
        self.close()

    def how_it_ended(self) -> int | None:
        """Return the status of the process, which has ended or is being killed; None if unknown."""
        try:
            self._obituary.settimeout(_SECONDS_FOR_OBITUARY)
            status: int = STATUS.unpack(self._obituary.recv(STATUS.size))[0]
        except (OSError, ValueError, struct.error):
            return None
        return status

    def close(self) -> None:
        """Close what leads to the process; an idle one then ends by itself."""
        release(self._link, self._obituary)
