"""Has flights ask the registry: one at a time for a key, in the background, and their failures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from tiny_client.errors import (
    BadRegistryAnswer,
    FragmentNotFound,
    IntegrityError,
    LoadError,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.loader.fetching import Fetcher
from tiny_client.loader.flights import Flight
from tiny_client.loader.memory import Entry, Key, MemoryStore
from tiny_client.loader.names import config_url
from tiny_client.loader.registry import Where
from tiny_client.loader.settings import LoaderSettings
from tiny_client.loader.workers import Workers
from tiny_client.request_context import current_request

__all__ = ["Refresher", "is_fresh", "where_is"]

log = logging.getLogger("tiny_client.loader")

_MAX_REMEMBERED: Final = 1024
"""How many keys are remembered for having failed: refused by the registry, or hung."""


def is_fresh(entry: Entry, ttl: float | None, now: float) -> bool:
    """Say whether `entry` is younger than `ttl` seconds; for None, whether it was confirmed."""
    return entry.confirmed if ttl is None else now - entry.fetched_at < ttl


def where_is(base_url: str, key: Key) -> Where:
    """Return what an error says about where the config of `key` is."""
    return {
        "name": key.name,
        "contract_version": key.contract_version,
        "url": config_url(base_url, key.name, key.contract_version, key.release),
    }


class Refresher:
    """Starts flights and hands out those under way; safe to use from any thread."""

    def __init__(
        self,
        base_url: str,
        settings: LoaderSettings,
        fetcher: Fetcher,
        memory: MemoryStore,
        clock: Callable[[], float],
        closing: threading.Event,
    ) -> None:
        self._base_url = base_url
        self._settings = settings
        self._fetcher = fetcher
        self._memory = memory
        self._clock = clock
        self._closing = closing
        self._lock = threading.Lock()
        self._flights: dict[Key, Flight] = {}
        self._refused: dict[Key, tuple[float, Flight]] = {}
        self._hung: set[Key] = set()
        self._workers = Workers(settings.refresh_threads, "tiny-loader")

    def flight(self, key: Key, ttl: float | None) -> Flight | Entry:
        """Return the flight under way, or a new one, or what has landed just now.

        Where the last one found nothing that can be used, that one is returned for
        `negative_ttl`, so that pages do not ask again and again; `ttl` 0 asks all the same.
        """
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight
            now = self._clock()
            entry = self._memory.entries.get(key)
            if entry is not None and is_fresh(entry, ttl, now):
                return entry
            if entry is None and ttl != 0 and key in self._refused:
                until, flight = self._refused[key]
                if now < until:
                    return flight
                del self._refused[key]
            flight = self._flights[key] = Flight(
                now, self._settings.load_timeout, current_request.get(), ttl
            )
        try:
            self._workers.submit(partial(self._fly, key, flight), slow=key in self._hung)
        except RuntimeError as error:
            failure = RegistryUnavailable(str(error), **where_is(self._base_url, key))
            failure.__cause__ = error
            self._land(key, flight, None, failure)
        return flight

    def _fly(self, key: Key, flight: Flight) -> None:
        known = self._memory.entries.get(key)
        entry: Entry | None = None
        failure: Exception | None = None
        # What is asked for a visitor's request carries that request's id and headers.
        token = current_request.set(flight.context)
        try:
            entry = self._fetcher.fetch(key, known, flight)
        except Exception as error:
            failure = error
            self._note_failure(key, known, error)
        else:
            self._note_success(key, known)
        finally:
            current_request.reset(token)
        self._land(key, flight, entry, failure)

    def _land(
        self, key: Key, flight: Flight, entry: Entry | None, failure: Exception | None
    ) -> None:
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
            self._hung.discard(key)
            if isinstance(failure, RegistryTimeout):
                if len(self._hung) >= _MAX_REMEMBERED:
                    self._hung.pop()
                self._hung.add(key)
            if isinstance(failure, FragmentNotFound | BadRegistryAnswer | IntegrityError):
                self._refused.pop(key, None)
                if len(self._refused) >= _MAX_REMEMBERED:
                    del self._refused[next(iter(self._refused))]
                self._refused[key] = (self._clock() + self._settings.negative_ttl, flight)
        flight.land(entry, failure)

    def _note_failure(self, key: Key, last_good: Entry | None, error: Exception) -> None:
        """Say once per outage that the last good release is served; leave the registry alone."""
        if last_good is None or self._closing.is_set():
            return
        now = self._clock()
        last_good.next_try = now + self._settings.retry_backoff
        if last_good.outage_since is not None:
            return
        last_good.outage_since = now
        if not isinstance(error, LoadError):
            log.error("Refreshing %s %s failed", key.name, key.contract_version, exc_info=error)
        log.log(
            logging.ERROR if isinstance(error, FragmentNotFound) else logging.WARNING,
            "%s. The last good release (%s) is served until a refresh succeeds",
            error,
            last_good.loaded.config.release or last_good.loaded.config.umd_bundle,
            extra={"fragment": key.name, "contract_version": key.contract_version},
        )

    def _note_success(self, key: Key, known: Entry | None) -> None:
        if known is None:
            return
        known.next_try = 0.0
        if known.outage_since is not None:
            log.info(
                "Refreshing %s %s succeeds again, after %.0f s",
                key.name,
                key.contract_version,
                self._clock() - known.outage_since,
                extra={"fragment": key.name, "contract_version": key.contract_version},
            )
            known.outage_since = None

    def close(self, wait: float) -> None:
        """End the threads after the work that waits; wait at most `wait` seconds for them."""
        self._workers.close(wait)
