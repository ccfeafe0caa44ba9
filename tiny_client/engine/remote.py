"""One worker process as the host sees it: a conversation over its link, with time limits."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time

import msgspec

from tiny_client.engine.descriptors import release
from tiny_client.engine.link import Link, LinkClosed
from tiny_client.engine.messages import (
    ContextKey,
    Failure,
    Html,
    Leaving,
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
from tiny_client.engine.tally import Ending
from tiny_client.records import RenderJob

__all__ = ["CallerLate", "RemoteWorker", "WorkerGone", "WorkerLate", "context_key"]

_ROOM_FOR_FAILURES = 256 * 1024  # bytes; HTML may need three for each character
_SECONDS_FOR_OBITUARY = 1.0
_BACKGROUND_NICENESS = 5  # a third of a processor that others want too


class CallerLate(Exception):
    """The caller's time is up, the worker's is not: `finish` may be called again."""


class WorkerLate(Exception):
    """The worker used up its time; it has to be killed."""


class WorkerGone(Exception):
    """The worker ended, or talks nonsense; `had_begun` tells whether it may be the job's doing."""

    def __init__(self, *, had_begun: bool, nonsense: str = "", why: Ending = "crashed") -> None:
        self.had_begun = had_begun
        self.why = why
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

    def __init__(
        self, nursery: Nursery, settings: EngineSettings, *, background: bool = False
    ) -> None:
        self._nursery = nursery
        self._settings = settings
        self._background = background
        self._number, self._socket, self._obituary = nursery.spawn()
        self._link = Link(self._socket, 3 * settings.max_output_bytes + _ROOM_FOR_FAILURES)
        self._held: set[ContextKey] = set()
        self._limit = time.monotonic() + settings.start_timeout
        self._job: RenderJob | None = None
        self._with_sources = False
        self._loaded = False
        self.pid: int | None = None
        self.renders = 0

    def cost(self, key: ContextKey) -> float:
        """Rank this worker for a context: below 0 where it holds it, else by how many it holds."""
        return -1 if key in self._held else len(self._held)

    @property
    def contexts(self) -> int:
        """How many contexts it is known to hold."""
        return len(self._held)

    @property
    def cold(self) -> bool:
        """Whether the current job had to load its sources."""
        return self._with_sources

    def is_sound(self) -> bool:
        """Tell whether an idle worker lives: a sound one has nothing to say."""
        return self._link.silent

    @property
    def ended(self) -> bool:
        """Whether the process has ended, as far as is known; safe from any thread."""
        try:
            self._obituary.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def why_unsound(self) -> Ending:
        """Say why a worker that was idle is not sound any more."""
        with contextlib.suppress(LinkClosed, OSError, ValueError, msgspec.MsgspecError):
            payload = self._link.receive(time.monotonic() + _SECONDS_FOR_OBITUARY)
            reply = None if payload is None else decode_reply(payload)
            if isinstance(reply, Leaving):
                return reply.why
        return "crashed"

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
        with contextlib.suppress(OSError):  # it has gone: `finish` tells
            self._link.send(frame(call))
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
                if self._background:
                    with contextlib.suppress(OSError):
                        os.setpriority(os.PRIO_PROCESS, reply.pid, _BACKGROUND_NICENESS)
                self._start_clock()
            elif isinstance(reply, Loaded):
                rendering = time.monotonic() + 2 * self._settings.render_timeout
                self._limit = min(self._limit, rendering)
                self._loaded = True
            elif isinstance(reply, Leaving):
                raise WorkerGone(had_begun=False, why=reply.why)
            elif isinstance(reply, UnknownContext):
                # It gave the context up, being idle or short of room.
                self._held.discard(context_key(self._job))
                self._ask(with_sources=True)
            else:
                if isinstance(reply, Html) or reply.kind in ("component", "output", "stuck"):
                    self._held.add(context_key(self._job))
                return reply

    def _receive(self, until: float | None) -> Reply:
        """Return what it says next; an end in good order before it was ready is not the job's."""
        was_ready = self.pid is not None
        end = self._limit if until is None else min(self._limit, until)
        try:
            payload = self._link.receive(end)
            if payload is not None:
                return decode_reply(payload)
        except LinkClosed as error:
            raise WorkerGone(had_begun=was_ready) from error
        except OSError as error:
            # Reset or broken, not closed in good order: it died with the job still unread.
            raise WorkerGone(had_begun=False) from error
        except (ValueError, msgspec.MsgspecError) as error:
            raise WorkerGone(had_begun=was_ready, nonsense=str(error)) from error
        raise WorkerLate if end == self._limit else CallerLate

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
        release(self._socket, self._obituary)
