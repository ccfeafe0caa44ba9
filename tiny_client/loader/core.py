"""`Loader` answers which release of a fragment is current, with its script: fast, and always."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Final, Literal, Self

from tiny_client._version import __version__
from tiny_client.errors import (
    FragmentNotFound,
    LoadError,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.forks import renew_after_fork
from tiny_client.loader.disk import DiskCache
from tiny_client.loader.fetching import RUNTIME, Fetcher
from tiny_client.loader.flights import Flight
from tiny_client.loader.memory import Entry, Key, MemoryStore
from tiny_client.loader.names import (
    check_fragment_name,
    check_release,
    check_version,
    config_url,
    normal_base_url,
)
from tiny_client.loader.packaged import PackagedRuntimes, built_in_runtimes
from tiny_client.loader.registry import Registry, Where
from tiny_client.loader.settings import (
    UNSET,
    LoaderSettings,
    RetryPolicy,
    Unset,
    checked_timeout,
    checked_ttl,
)
from tiny_client.loader.transport import Transport
from tiny_client.loader.workers import Workers
from tiny_client.records import FragmentConfig, LoadedRelease, RuntimeRef, Script

__all__ = ["Loader"]

log = logging.getLogger("tiny_client.loader")

_CLOSE_WAIT: Final = 2.0
"""Seconds that `close()` waits for its threads, which it has broken off, to end."""
_LANDING: Final = 0.25
"""Seconds past its deadline that a flight gets to say itself how it failed."""
_MAX_INFERRED: Final = 1024
"""How many inferred runtimes are remembered."""


class Loader:
    """Loads releases from the registry at `api_url`; safe to use from any thread.

    Past its TTL a release is still served at once while one flight in the background asks the
    registry, up to `max_stale`. A release that was good once stays in memory and on disk and is
    served, marked `stale`, whenever the registry fails: also where it says 404, because a
    registry that lost its data must not take pages down (logged as an error). A new config is
    taken over only together with its script, fetched and verified.

    `packaged_runtimes` stand in where the registry has no such runtime (default: those of this
    package); browsers get their bundles from `{packaged_base_url}/tiny/bundle/{file}`, where an
    empty `packaged_base_url` means the page's own origin. `clock` and `wall_clock` are for tests.

    A forked child keeps the memory and makes its own threads and connections. Close it with
    `close()` or use it in a `with` statement.

    Raises `ConfigurationError` for an `api_url` that cannot work.
    """

    _closed = True

    def __init__(
        self,
        api_url: str,
        settings: LoaderSettings | None = None,
        retry_policy: RetryPolicy | None = None,
        *,
        packaged_runtimes: PackagedRuntimes | None = None,
        packaged_base_url: str = "",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.base_url = normal_base_url(api_url)
        self.settings = settings or LoaderSettings()
        self.retry_policy = retry_policy or RetryPolicy()
        self._ttl = self.settings.cache_ttl
        self._clock = clock
        self._wall_clock = wall_clock
        self._packaged = packaged_runtimes
        self._packaged_base_url = packaged_base_url.rstrip("/")
        self._inferred: dict[str, RuntimeRef | None] = {}
        self._memory = MemoryStore(self.settings.memory_bytes)
        self._begin()
        self._closed = False
        renew_after_fork(self)

    def _begin(self) -> None:
        """Make all that belongs to one process."""
        settings = self.settings
        self._lock = threading.Lock()
        self._flights: dict[Key, Flight] = {}
        self._closing = threading.Event()
        self._workers = Workers(settings.refresh_threads, "tiny-loader")
        self._transport = Transport(
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            pool_size=settings.pool_size,
            user_agent=f"tiny-mosaic/{__version__}",
            ca_bundle=None if settings.ca_bundle is None else str(settings.ca_bundle),
        )
        cache_dir = settings.cache_dir
        self._fetcher = Fetcher(
            Registry(self.base_url, settings, self.retry_policy, self._transport, self._closing),
            self._memory,
            None
            if cache_dir is None
            else DiskCache(cache_dir, settings.disk_bytes, wall_clock=self._wall_clock),
            self._runtimes,
            self._packaged_base_url,
            self._clock,
            self._wall_clock,
        )

    def load(
        self,
        name: str,
        contract_version: str,
        *,
        cache_ttl: float | Literal[Unset.UNSET] | None = UNSET,
        timeout: float | None = None,
        release: str | None = None,
    ) -> LoadedRelease:
        """Return the current release of a fragment, or the exact `release`.

        `cache_ttl` (seconds; None for ever, 0 asks the registry) overrides the settings for this
        call. `timeout` bounds the wait in seconds, even if the flight that it shares takes
        longer; None leaves it to the settings.

        Raises `LoadError` where there is no last good release to fall back on, and
        `ConfigurationError` for a name, a version or a time that cannot work.
        """
        return self._load("fragment", name, contract_version, release, cache_ttl, timeout)

    def load_runtime(
        self,
        ref: RuntimeRef,
        *,
        cache_ttl: float | Literal[Unset.UNSET] | None = UNSET,
        timeout: float | None = None,
    ) -> LoadedRelease:
        """Return a runtime: the registry's, else the packaged one of that name and version.

        Parameters and errors are those of `load`.
        """
        return self._load(RUNTIME, ref.name, ref.contract_version, None, cache_ttl, timeout)

    def at_hand(self, name: str, contract_version: str) -> LoadedRelease | None:
        """Return what `load` would return at once because it is fresh in memory, else None."""
        return self._fresh("fragment", name, contract_version, None, self._ttl)

    def runtime_at_hand(self, ref: RuntimeRef) -> LoadedRelease | None:
        """Return what `load_runtime` would return at once, else None; see `at_hand`."""
        return self._fresh(RUNTIME, ref.name, ref.contract_version, None, self._ttl)

    def _load(
        self,
        kind: str,
        name: str,
        version: str,
        release: str | None,
        cache_ttl: float | Literal[Unset.UNSET] | None,
        timeout: float | None,
    ) -> LoadedRelease:
        ttl = self._ttl if cache_ttl is UNSET else checked_ttl(cache_ttl)
        if release is not None:
            ttl = None
        fresh = self._fresh(kind, name, version, release, ttl)
        if fresh is not None:
            return fresh
        return self._obtain(Key(kind, name, version, release), ttl, checked_timeout(timeout))

    def _fresh(
        self, kind: str, name: str, version: str, release: str | None, ttl: float | None
    ) -> LoadedRelease | None:
        # The warm path: one dict read, one look at the clock, no lock. A plain tuple finds what
        # is held under the equal Key, and is made several times faster.
        entry = self._memory.entries.get((kind, name, version, release))  # type: ignore[call-overload]
        if entry is not None:
            now = self._clock()
            if entry.confirmed if ttl is None else now - entry.fetched_at < ttl:
                entry.used_at = now
                loaded: LoadedRelease = entry.loaded
                return loaded
        return None

    def infer_runtime(self, config: FragmentConfig, script: Script) -> RuntimeRef | None:
        """Return the runtime that a release needs whose config names none.

        It is found from the modules that the bundle's UMD header asks for, among the packaged
        runtimes; a bundle that asks for none is plain. None where no runtime has them all.
        """
        if config.runtime is not None:
            return config.runtime
        if script.key not in self._inferred:
            if len(self._inferred) >= _MAX_INFERRED:
                self._inferred = {}
            self._inferred[script.key] = self._runtimes().infer(script.source)
        return self._inferred.get(script.key)

    def _runtimes(self) -> PackagedRuntimes:
        if self._packaged is None:
            self._packaged = built_in_runtimes()
        return self._packaged

    def _obtain(self, key: Key, ttl: float | None, timeout: float | None) -> LoadedRelease:
        """Answer what is not fresh in memory: stale, from disk, or from the registry."""
        check_fragment_name(key.name)
        check_version(key.contract_version)
        if key.release is not None:
            check_release(key.release)
        asked_at = time.monotonic()
        entry = self._memory.entries.get(key) or self._fetcher.restore(key)
        if entry is not None:
            now = entry.used_at = self._clock()
            if _is_fresh(entry, ttl, now):
                return entry.loaded
            if now < entry.next_try:
                return entry.stale
            # In an outage nobody waits: a background flight finds out when it is over.
            if entry.outage_since is not None or (
                ttl and now - entry.fetched_at < ttl + self.settings.max_stale
            ):
                self._flight(key, ttl)
                return entry.stale
        flight = self._flight(key, ttl)
        if isinstance(flight, Entry):
            return flight.loaded
        end = flight.deadline + _LANDING
        if timeout is not None:
            # With a last good release in hand the patience of a caller counts from the flight's
            # start: one caller that waited in vain is enough.
            since = asked_at if entry is None else flight.took_off
            end = min(end, since + timeout)
        return self._landed(key, flight, entry, end)

    def _landed(
        self, key: Key, flight: Flight, last_good: Entry | None, end: float
    ) -> LoadedRelease:
        """Wait for `flight` until `end`; return what it brings, or the last good release."""
        landed = flight.wait(max(0.0, end - time.monotonic()))
        if landed and flight.entry is not None:
            return flight.entry.loaded
        if last_good is not None:
            return last_good.stale
        if landed and flight.error is not None:
            raise flight.error
        raise RegistryTimeout(
            "the registry's answer was not there when the caller's time was over",
            **self._where(key),
        )

    def _flight(self, key: Key, ttl: float | None) -> Flight | Entry:
        """Return the flight under way, or a new one, or what has landed just now."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight
            now = self._clock()
            entry = self._memory.entries.get(key)
            if entry is not None and _is_fresh(entry, ttl, now):
                return entry
            flight = self._flights[key] = Flight(now, self.settings.load_timeout)
        try:
            self._workers.submit(partial(self._fly, key, flight))
        except RuntimeError as error:
            failure = RegistryUnavailable(str(error), **self._where(key))
            failure.__cause__ = error
            self._land(key, flight, None, failure)
        return flight

    def _fly(self, key: Key, flight: Flight) -> None:
        known = self._memory.entries.get(key)
        entry: Entry | None = None
        failure: Exception | None = None
        try:
            entry = self._fetcher.fetch(key, known, flight)
        except Exception as error:
            failure = error
            self._note_failure(key, known, error)
        else:
            self._note_success(key, known)
        self._land(key, flight, entry, failure)

    def _land(
        self, key: Key, flight: Flight, entry: Entry | None, failure: Exception | None
    ) -> None:
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.land(entry, failure)

    def _note_failure(self, key: Key, last_good: Entry | None, error: Exception) -> None:
        """Say once per outage that the last good release is served; leave the registry alone."""
        if last_good is None or self._closing.is_set():
            return
        now = self._clock()
        last_good.next_try = now + self.settings.retry_backoff
        if last_good.outage_since is not None:
            return
        last_good.outage_since = now
        if not isinstance(error, LoadError):
            log.error("Refreshing %s %s failed", key.name, key.contract_version, exc_info=error)
        log.log(
            logging.ERROR if isinstance(error, FragmentNotFound) else logging.WARNING,
            "%s. The last good release (%s) is served until the registry has it again",
            error,
            last_good.loaded.config.release or last_good.loaded.config.umd_bundle,
        )

    def _note_success(self, key: Key, known: Entry | None) -> None:
        if known is None:
            return
        known.next_try = 0.0
        if known.outage_since is not None:
            log.info(
                "The registry answers for %s %s again, after %.0f s",
                key.name,
                key.contract_version,
                self._clock() - known.outage_since,
            )
            known.outage_since = None

    def _where(self, key: Key) -> Where:
        return {
            "name": key.name,
            "contract_version": key.contract_version,
            "url": config_url(self.base_url, key.name, key.contract_version, key.release),
        }

    def close(self) -> None:
        """Break off what is under way and end the threads; calling it twice is harmless.

        What is fresh in memory can still be loaded; all else raises `RegistryUnavailable`.
        """
        self._stop(_CLOSE_WAIT)

    def _stop(self, wait: float) -> None:
        self._closed = True
        self._closing.set()
        self._transport.close()
        self._workers.close(wait)

    def after_fork_in_child(self) -> None:
        """Leave locks, flights, threads and connections to the parent process."""
        self._transport.forget_parent()
        self._memory.after_fork_in_child()
        self._begin()
        if self._closed:
            self._stop(0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Loader {self.base_url}>"

    def __del__(self) -> None:
        if not self._closed:
            warnings.warn(
                f"{self!r} was not closed. Call close(), or use it in a with statement",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )
            self._stop(0.0)


def _is_fresh(entry: Entry, ttl: float | None, now: float) -> bool:
    return entry.confirmed if ttl is None else now - entry.fetched_at < ttl
