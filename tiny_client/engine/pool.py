"""The engine that renders in worker processes, which may hang, bomb or die without harm."""

from __future__ import annotations

import atexit
import os
import threading
import time
import warnings
from weakref import WeakSet

from tiny_client.engine.failures import raise_failure, require_size, worker_death
from tiny_client.engine.messages import ContextKey, Failure, Html
from tiny_client.engine.nursery import Nursery, NurseryClosed
from tiny_client.engine.quarantine import Quarantine
from tiny_client.engine.remote import CallerLate, RemoteWorker, WorkerGone, WorkerLate, context_key
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.slots import NoSlot, Slots, SlotsClosed
from tiny_client.errors import EngineUnavailable, PropsError, RenderError, RenderTimeout
from tiny_client.forks import renew_after_fork
from tiny_client.records import RenderJob

__all__ = ["WorkerPool"]

if not hasattr(os, "fork"):
    raise ImportError("worker processes need os.fork")

_COST_OF_A_START = 1e6  # more than any number of contexts: a living worker is always preferred


class _Place:
    """Room for one worker, which is started when the place is used."""

    def __init__(self) -> None:
        self.worker: RemoteWorker | None = None

    def clear(self) -> None:
        """Kill the worker, if there is one."""
        worker, self.worker = self.worker, None
        if worker is not None:
            worker.kill()


class _House:
    """What belongs to one process: its places, its zygote, and who finishes late."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.places: Slots[_Place] = Slots(settings.workers, _Place)
        self.closed = False
        self.late: set[threading.Thread] = set()
        self._nursery: Nursery | None = None
        self._starting = threading.Lock()

    @property
    def started(self) -> bool:
        return self._nursery is not None

    def new_worker(self) -> RemoteWorker:
        # The lock is held while a process is started, never while somebody waits for its answer.
        with self._starting:
            if self.closed:
                raise NurseryClosed("the engine is closed")
            if self._nursery is not None and not self._nursery.alive():
                self._nursery.close()
                self._nursery = None
            if self._nursery is None:
                self._nursery = Nursery(self.settings)
            return RemoteWorker(self._nursery, self.settings)

    def last_words(self) -> str:
        nursery = self._nursery
        return "" if nursery is None else nursery.last_words()

    def give_back(self, place: _Place) -> None:
        if not self.places.give_back(place):
            place.clear()

    def close(self) -> None:
        with self._starting:
            self.closed = True
            nursery, self._nursery = self._nursery, None
        for place in self.places.close():
            if place.worker is not None:
                place.worker.close()
        if nursery is not None:
            nursery.close()
        for thread in list(self.late):
            thread.join()

    def forget(self) -> None:
        if self._nursery is not None:
            self._nursery.forget()


_open: WeakSet[WorkerPool] = WeakSet()


class WorkerPool:
    """Renders in `settings.workers` processes at once; see `tiny_client.records.Engine`."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._house = _House(settings)
        self._quarantine = Quarantine(settings)
        renew_after_fork(self)
        _open.add(self)

    def render(self, job: RenderJob, *, timeout: float) -> str:
        """Return the HTML of `job`, or raise a RenderError.

        `timeout` is the caller's whole budget in seconds, with the wait for a free worker. A worker
        that is slower than that, but within its own limits, finishes behind the caller's back.
        """
        key = context_key(job)
        self._quarantine.admit(key)
        try:
            html = self._render(job, key, timeout)
        except RenderError as error:
            if not isinstance(error.__cause__, CallerLate):
                self._quarantine.record(key, error)
            raise
        self._quarantine.record(key, None)
        return html

    def _render(self, job: RenderJob, key: ContextKey, timeout: float) -> str:
        until = time.monotonic() + timeout
        house = self._house

        def cost(place: _Place) -> float:
            return _COST_OF_A_START if place.worker is None else place.worker.cost(key)

        queue_timeout = min(timeout, self._settings.queue_timeout)
        try:
            place = house.places.acquire(cost, queue_timeout)
        except NoSlot:
            raise self._unavailable(
                job,
                f"no worker became free within {queue_timeout:g} s; raise "
                "EngineSettings.workers, or look for a fragment that keeps them busy",
            ) from None
        except SlotsClosed:
            raise self._unavailable(job, "the engine is closed") from None
        try:
            answer = self._converse(house, place, job, until)
        except CallerLate as late:
            self._let_finish(house, place, job)
            raise RenderTimeout(
                f"it was not rendered within the {timeout:g} s that the caller gave it",
                fragment=job.fragment,
                release=job.release,
            ) from late
        except BaseException:
            house.give_back(place)
            raise
        house.give_back(place)
        if isinstance(answer, Failure):
            raise_failure(answer, job)
        return require_size(answer.html, self._settings.max_output_bytes, job)

    def _converse(
        self, house: _House, place: _Place, job: RenderJob, until: float
    ) -> Html | Failure:
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
                    place.clear()
                    if tries_left:
                        continue
                    said = house.last_words()
                    raise self._unavailable(
                        job, f"its worker process ended while it started. {said}".rstrip()
                    ) from gone
                raise self._dead(place, job, gone) from gone
            except BaseException:
                place.clear()  # an interrupted conversation cannot be taken up again
                raise
            self._settle(place, worker, answer)
            return answer

    def _begin(self, house: _House, place: _Place, job: RenderJob) -> RemoteWorker:
        worker = place.worker
        if worker is not None and not worker.is_sound():
            place.clear()
            worker = None
        if worker is None:
            worker = place.worker = house.new_worker()
        try:
            worker.begin(job)
        except UnicodeEncodeError as error:
            raise PropsError(f"The props of {job.fragment!r} are no valid text: {error}") from error
        return worker

    def _settle(self, place: _Place, worker: RemoteWorker, answer: Html | Failure) -> None:
        out_of_memory = isinstance(answer, Failure) and answer.kind == "memory"
        if out_of_memory or worker.renders >= self._settings.max_renders_per_worker:
            place.clear()

    def _late(self, place: _Place, job: RenderJob) -> RenderError:
        worker = place.worker
        assert worker is not None
        limit = worker.time_limit()
        started = worker.pid is not None
        place.clear()
        if not started:
            return self._unavailable(job, f"its worker process did not start within {limit}")
        return RenderTimeout(
            f"it took longer than {limit}", fragment=job.fragment, release=job.release
        )

    def _dead(self, place: _Place, job: RenderJob, gone: WorkerGone) -> RenderError:
        worker, place.worker = place.worker, None
        assert worker is not None
        if gone.nonsense:
            worker.kill()
            return worker_death(None, job, gone.nonsense)
        status = worker.how_it_ended()
        worker.kill()
        return worker_death(status, job)

    def _let_finish(self, house: _House, place: _Place, job: RenderJob) -> None:
        """Have the worker finish, or reach its own limit, and only then give it back.

        Killing it here would let a caller with little time undo each cold start for all others.
        """
        key = context_key(job)

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
                place.clear()
            finally:
                house.give_back(place)
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
        self._house = _House(self._settings)
        self._quarantine = Quarantine(self._settings)

    def __del__(self) -> None:
        house: _House | None = getattr(self, "_house", None)
        if house is not None and house.started:
            warnings.warn(f"unclosed engine {self!r}", ResourceWarning, source=self, stacklevel=1)
            house.close()


def _close_all() -> None:
    for pool in list(_open):
        pool.close()


atexit.register(_close_all)
