"""The engine that renders in worker processes, which may hang, bomb or die without harm."""

from __future__ import annotations

import atexit
import os
import threading
import time
import warnings
from collections.abc import Sequence
from weakref import WeakSet

from tiny_client.engine.failures import raise_failure, require_size, worker_death
from tiny_client.engine.house import House, Lease, Place
from tiny_client.engine.messages import ContextKey, Failure, Html
from tiny_client.engine.nursery import NurseryClosed
from tiny_client.engine.quarantine import Quarantine
from tiny_client.engine.remote import CallerLate, RemoteWorker, WorkerGone, WorkerLate, context_key
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.slots import NoSlot, QueueFull, SlotsClosed
from tiny_client.errors import (
    EngineUnavailable,
    MemoryLimitExceeded,
    PropsError,
    RenderError,
    RenderTimeout,
)
from tiny_client.forks import renew_after_fork
from tiny_client.records import RenderJob
from tiny_client.stats import EngineStats

__all__ = ["WorkerPool"]

if not hasattr(os, "fork"):
    raise ImportError("worker processes need os.fork")

_open: WeakSet[WorkerPool] = WeakSet()


class WorkerPool:
    """Renders in `settings.workers` processes at once; see `tiny_client.records.Engine`."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._house = House(settings)
        self._quarantine = Quarantine(settings)
        renew_after_fork(self)
        _open.add(self)

    def render(self, job: RenderJob, *, timeout: float) -> str:
        """Return the HTML of `job`, or raise a RenderError.

        `timeout` is the caller's whole budget in seconds, with the wait for a free worker. A worker
        that is slower than that, but within its own limits, finishes behind the caller's back.
        """
        return self._try(job, time.monotonic() + timeout)

    def warm(self, job: RenderJob, *, timeout: float) -> None:
        """Render `job` once in each worker that lives, one after the other; see `Engine.warm`."""
        until = time.monotonic() + timeout
        failed: RenderError | None = None
        came_through = False
        places: Sequence[Place | None] = self._house.living() or [None]
        for place in places:
            try:
                self._try(job, until, place)
                came_through = True
            except RenderError as error:
                failed = error
        if failed is not None and not came_through:
            raise failed

    def stats(self) -> EngineStats:
        """Count workers, renders and memory; see `Engine.stats`."""
        return self._house.stats()

    def _try(self, job: RenderJob, until: float, only: Place | None = None) -> str:
        key = context_key(job)
        self._quarantine.admit(key)
        try:
            html = self._render(job, key, until, only)
        except RenderError as error:
            if not isinstance(error.__cause__, CallerLate):
                self._quarantine.record(key, error)
            raise
        self._quarantine.record(key, None)
        return html

    def _render(self, job: RenderJob, key: ContextKey, until: float, only: Place | None) -> str:
        house = self._house
        lease = self._lease(house, job, key, until, only)
        place = lease.place
        started = time.monotonic()
        try:
            answer = self._converse(house, place, job, until)
        except CallerLate as late:
            self._let_finish(house, lease, job, started)
            raise RenderTimeout(
                "it was not rendered within the time that the caller gave it",
                fragment=job.fragment,
                release=job.release,
            ) from late
        except BaseException:
            place.tally.add(time.monotonic() - started, cold=place.cold)
            lease.give_back()
            raise
        place.tally.add(time.monotonic() - started, cold=place.cold)
        lease.give_back()
        if isinstance(answer, Failure):
            raise_failure(answer, job)
        return require_size(answer.html, self._settings.max_output_bytes, job)

    def _lease(
        self, house: House, job: RenderJob, key: ContextKey, until: float, only: Place | None
    ) -> Lease:
        timeout = min(until - time.monotonic(), self._settings.queue_timeout)
        queue_end = time.monotonic() + timeout
        while True:
            strikes = self._quarantine.strikes(key)
            try:
                lease = house.lease(
                    key, queue_end - time.monotonic(), suspect=strikes > 0, only=only
                )
            except QueueFull:
                raise self._unavailable(
                    job,
                    "too many renders wait for a worker already (EngineSettings.queue_size); raise "
                    "EngineSettings.workers, or look for a fragment that keeps them busy",
                ) from None
            except NoSlot:
                raise self._unavailable(
                    job,
                    f"no worker became free within {max(timeout, 0):g} s; raise "
                    "EngineSettings.workers, or look for a fragment that keeps them busy",
                ) from None
            except SlotsClosed:
                raise self._unavailable(job, "the engine is closed") from None
            if strikes == self._quarantine.strikes(key):
                return lease
            # While this one waited another found out that the bundle fails, or works again.
            lease.give_back()
            self._quarantine.admit(key)

    def _converse(self, house: House, place: Place, job: RenderJob, until: float) -> Html | Failure:
        tries_left = 2  # the second is for a worker or a zygote that was found dead
        while True:
            tries_left -= 1
            try:
                worker = self._begin(house, place, job)
                answer = worker.finish(until)
            except NurseryClosed as error:
                if tries_left:
                    continue
                raise self._unavailable(
                    job, f"no worker process could be started: {error.reason}"
                ) from error
            except (CallerLate, PropsError):
                raise
            except WorkerLate:
                raise self._late(place, job) from None
            except WorkerGone as gone:
                if house.closed:
                    raise self._unavailable(job, "the engine is closed") from gone
                if not gone.had_begun:
                    place.clear(gone.why)
                    if tries_left:
                        continue
                    said = house.last_words()
                    raise self._unavailable(
                        job, f"its worker process ended while it started. {said}".rstrip()
                    ) from gone
                raise self._dead(place, job, gone) from gone
            except BaseException:
                place.clear("crashed")  # an interrupted conversation cannot be taken up again
                raise
            self._settle(place, worker, answer)
            return answer

    def _begin(self, house: House, place: Place, job: RenderJob) -> RemoteWorker:
        worker = place.worker
        if worker is not None and not worker.is_sound():
            place.clear(worker.why_unsound())
            worker = None
        if worker is None:
            worker = place.worker = house.new_worker(background=place.background)
        try:
            worker.begin(job)
            place.cold = worker.cold
        except UnicodeEncodeError as error:
            raise PropsError(f"The props of {job.fragment!r} are no valid text: {error}") from error
        return worker

    def _settle(self, place: Place, worker: RemoteWorker, answer: Html | Failure) -> None:
        place.cold = worker.cold
        if isinstance(answer, Failure) and answer.kind == "memory":
            place.clear("memory")
        elif worker.renders >= self._settings.max_renders_per_worker:
            place.clear("recycled")

    def _late(self, place: Place, job: RenderJob) -> RenderError:
        worker = place.worker
        assert worker is not None
        limit = worker.time_limit()
        started = worker.pid is not None
        place.clear("late")
        if not started:
            return self._unavailable(job, f"its worker process did not start within {limit}")
        return RenderTimeout(
            f"it took longer than {limit}", fragment=job.fragment, release=job.release
        )

    def _dead(self, place: Place, job: RenderJob, gone: WorkerGone) -> RenderError:
        worker = place.worker
        assert worker is not None
        status = None if gone.nonsense else worker.how_it_ended()
        error = worker_death(status, job, gone.nonsense)
        place.clear("memory" if isinstance(error, MemoryLimitExceeded) else "crashed")
        return error

    def _let_finish(self, house: House, lease: Lease, job: RenderJob, started: float) -> None:
        """Have the worker finish, or reach its own limit, and only then give it back.

        Killing it here would let a caller with little time undo each cold start for all others.
        """
        key, place = context_key(job), lease.place

        def finish() -> None:
            worker = place.worker
            assert worker is not None
            try:
                answer = worker.finish()
                self._settle(place, worker, answer)
                if isinstance(answer, Html):
                    self._quarantine.record(key, None)
            except WorkerLate:
                self._quarantine.record(key, self._late(place, job))
            except WorkerGone as gone:
                if not house.closed and gone.had_begun:
                    self._quarantine.record(key, self._dead(place, job, gone))
                place.clear("crashed")
            finally:
                place.tally.add(time.monotonic() - started, cold=place.cold)
                lease.give_back()
                house.late.discard(threading.current_thread())

        thread = threading.Thread(target=finish, name="tiny-late-render", daemon=True)
        house.late.add(thread)
        thread.start()

    @staticmethod
    def _unavailable(job: RenderJob, reason: str) -> EngineUnavailable:
        return EngineUnavailable(reason, fragment=job.fragment, release=job.release)

    def close(self) -> None:
        """End the zygote and every worker; what is being rendered fails. Twice is harmless."""
        self._house.close()

    def after_fork_in_child(self) -> None:
        """Start anew: zygote and workers are the parent's."""
        self._house.forget()
        self._house = House(self._settings)
        self._quarantine = Quarantine(self._settings)

    def __del__(self) -> None:
        house: House | None = getattr(self, "_house", None)
        if house is not None and house.started:
            warnings.warn(f"unclosed engine {self!r}", ResourceWarning, source=self, stacklevel=1)
            house.close()


def _close_all() -> None:
    for pool in list(_open):
        pool.close()


atexit.register(_close_all)
