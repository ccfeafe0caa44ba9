"""What a pool of workers has in one process: places for workers, a zygote, who finishes late."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tiny_client.engine.messages import ContextKey
from tiny_client.engine.nursery import Nursery, NurseryClosed
from tiny_client.engine.remote import RemoteWorker
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.slots import Slots, anything
from tiny_client.engine.tally import Ending, Kills, Tally, private_bytes
from tiny_client.stats import EngineStats

__all__ = ["House", "Lease", "Place"]


_COST_OF_A_START = 1e6  # more than any number of contexts: a living worker is always preferred


class Place:
    """Room for one worker, which is started when the place is used."""

    def __init__(self, kills: Kills, *, background: bool = False) -> None:
        self.worker: RemoteWorker | None = None
        self.background = background
        self.cold = False
        self.tally = Tally()
        self._kills = kills

    def cost(self, key: ContextKey) -> float:
        """Rank this place for a context; less is better."""
        return _COST_OF_A_START if self.worker is None else self.worker.cost(key)

    def clear(self, why: Ending) -> None:
        """Kill the worker, if there is one, and count it."""
        worker, self.worker = self.worker, None
        if worker is not None:
            self._kills.add(why)
            worker.kill()


@dataclass(frozen=True, slots=True)
class Lease:
    """A place for one render, until it is given back."""

    place: Place
    fragment: str
    slots: Slots[Place]

    def give_back(self) -> None:
        """Let others have the place."""
        if not self.slots.give_back(self.fragment, self.place):
            self.place.clear("closed")


class House:
    """The places and the zygote of one process; a fork of it needs its own."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.kills = kills = Kills()
        self.places: Slots[Place] = Slots(
            settings.workers,
            lambda: Place(kills),
            share=settings.fragment_workers,
            max_waiting=settings.queue_size,
        )
        # Where bundles render that failed the last time: what they cost, they cost each other.
        self.ward: Slots[Place] = Slots(
            1, lambda: Place(kills, background=True), share=1, max_waiting=settings.queue_size
        )
        self.closed = False
        self.late: set[threading.Thread] = set()
        self._nursery: Nursery | None = None
        self._starting = threading.Lock()

    @property
    def started(self) -> bool:
        """Whether there is a zygote, so something to close."""
        return self._nursery is not None

    def new_worker(self, *, background: bool = False) -> RemoteWorker:
        """Return a worker that is about to start; raises NurseryClosed where none can."""
        # The lock is held while a process is started, never while somebody waits for its answer.
        with self._starting:
            if self.closed:
                raise NurseryClosed("the engine is closed")
            if self._nursery is not None and not self._nursery.alive():
                self._nursery.close()
                self._nursery = None
            if self._nursery is None:
                self._nursery = Nursery(self.settings)
            return RemoteWorker(self._nursery, self.settings, background=background)

    def last_words(self) -> str:
        """Return why the zygote failed, if it did."""
        nursery = self._nursery
        return "" if nursery is None else nursery.last_words()

    def lease(
        self,
        key: ContextKey,
        timeout: float,
        *,
        suspect: bool,
        only: Place | None = None,
    ) -> Lease:
        """Wait `timeout` seconds for a place, `only` that one if given; raises as `Slots` does."""
        slots = self.ward if suspect else self.places
        wanted = anything if suspect or only is None else (lambda place: place is only)
        place = slots.acquire(key[0], lambda place: place.cost(key), timeout, wanted)
        return Lease(place, key[0], slots)

    def living(self) -> list[Place]:
        """Return the places that had a worker a moment ago, but for the ward."""
        return [place for place in self.places.items() if place.worker is not None]

    def stats(self) -> EngineStats:
        """Count what there is; the figures of several threads at work may be a render apart."""
        places = self.places.items() + self.ward.items()
        found = [place.worker for place in places]
        workers = [each for each in found if each is not None and not each.ended]
        return EngineStats(
            workers=len(workers),
            busy_workers=self.places.busy + self.ward.busy,
            waiting=self.places.waiting + self.ward.waiting,
            contexts=sum(worker.contexts for worker in workers),
            memory_bytes=sum(private_bytes(each.pid) for each in workers if each.pid is not None),
            renders=sum(place.tally.renders for place in places),
            render_seconds=sum(place.tally.seconds for place in places),
            cold_renders=sum(place.tally.cold for place in places),
            kills=self.kills.counts(),
        )

    def close(self) -> None:
        """End everything; what is being rendered fails."""
        with self._starting:
            self.closed = True
            nursery, self._nursery = self._nursery, None
        for place in self.places.close() + self.ward.close():
            if place.worker is not None:
                place.worker.close()
        if nursery is not None:
            nursery.close()
        for thread in list(self.late):
            thread.join()

    def forget(self) -> None:
        """In a forked child: leave the parent's processes to the parent."""
        if self._nursery is not None:
            self._nursery.forget()
