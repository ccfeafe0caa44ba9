"""The engine that renders in the host's own process, for bundles that you trust."""

from __future__ import annotations

import time
import warnings

from tiny_client.engine.context import Budget
from tiny_client.engine.contexts import Contexts
from tiny_client.engine.failures import raise_failure, require_size
from tiny_client.engine.messages import ContextKey, Failure, Html, Render, Sources
from tiny_client.engine.quarantine import Quarantine
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.slots import NoSlot, Slots, SlotsClosed
from tiny_client.errors import EngineUnavailable, PropsError, RenderError
from tiny_client.forks import renew_after_fork
from tiny_client.records import RenderJob

__all__ = ["InProcessEngine"]


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
        settings, made = self._settings, list[Contexts]()

        def make() -> Contexts:
            # No method of the engine: that would be a cycle, and an engine that nobody closed
            # would warn of it late.
            contexts = Contexts(settings, synchronous=False)
            made.append(contexts)
            return contexts

        self._all = made
        self._slots = Slots(settings.workers, make)
        self._quarantine = Quarantine(settings)

    def render(self, job: RenderJob, *, timeout: float) -> str:
        """Return the HTML of `job` within `timeout` seconds, or raise a RenderError."""
        key = (job.fragment, job.runtime.key, job.bundle.key)
        self._quarantine.admit(key)
        try:
            html = self._render(job, key, timeout)
        except RenderError as error:
            self._quarantine.record(key, error)
            raise
        self._quarantine.record(key, None)
        return html

    def _render(self, job: RenderJob, key: ContextKey, timeout: float) -> str:
        started = time.monotonic()
        settings = self._settings
        slots = self._slots

        def cost(contexts: Contexts) -> float:
            return -1 if key in contexts else len(contexts)

        try:
            contexts = slots.acquire(cost, min(timeout, settings.queue_timeout))
        except (NoSlot, SlotsClosed) as error:
            reason = "the engine is closed"
            if isinstance(error, NoSlot):
                reason = "no context became free in time; raise EngineSettings.workers"
            raise EngineUnavailable(reason, fragment=job.fragment, release=job.release) from None
        try:
            limit = settings.render_timeout if key in contexts else settings.first_render_timeout
            left = timeout - (time.monotonic() - started)
            answer = self._render_in(contexts, job, min(left, limit))
        finally:
            if not slots.give_back(contexts):
                contexts.close()
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
        for contexts in self._slots.close():
            contexts.close()
            self._all.remove(contexts)

    def after_fork_in_child(self) -> None:
        """Start anew: V8 heaps of another process hang when they are used or freed."""
        for contexts in self._all:
            contexts.abandon()
        self._open()

    def __del__(self) -> None:
        if any(getattr(self, "_all", ())):
            warnings.warn(f"unclosed engine {self!r}", ResourceWarning, source=self, stacklevel=1)
            self.close()
