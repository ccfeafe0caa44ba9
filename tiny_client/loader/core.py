"""`Loader` answers which release of a fragment is current, with its script: fast, and always."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable
from typing import Final, Literal, Self

from tiny_client._version import __version__
from tiny_client.errors import RegistryTimeout
from tiny_client.forks import renew_after_fork
from tiny_client.loader.addresses import AddressRules, origin_of
from tiny_client.loader.counts import Counts
from tiny_client.loader.disk import DiskCache
from tiny_client.loader.fetching import RUNTIME, Fetcher, Prepare
from tiny_client.loader.flights import Flight
from tiny_client.loader.memory import Entry, Key, MemoryStore
from tiny_client.loader.names import (
    check_fragment_name,
    check_release,
    check_version,
    normal_base_url,
)
from tiny_client.loader.packaged import PackagedRuntimes, built_in_runtimes
from tiny_client.loader.refreshing import Refresher, is_fresh, where_is
from tiny_client.loader.registry import Registry
from tiny_client.loader.settings import (
    UNSET,
    LoaderSettings,
    RetryPolicy,
    Unset,
    checked_timeout,
    checked_ttl,
)
from tiny_client.loader.transport import Transport
from tiny_client.records import FragmentConfig, LoadedRelease, RuntimeRef, Script
from tiny_client.stats import LoaderStats

__all__ = ["Loader"]

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

    `prepare(new, old)` is called before a fragment's release with another script takes the place
    of the one in memory, in the background and within the load's time; `old` is served meanwhile.
    What it raises is logged, `old` stays, and `new` is tried again after `retry_backoff`.

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
        prepare: Prepare | None = None,
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
        self._prepare = prepare
        self._inferred: dict[str, RuntimeRef | None] = {}
        self._memory = MemoryStore(self.settings.memory_bytes)
        self._begin()
        self._closed = False
        renew_after_fork(self)

    def _begin(self) -> None:
        """Make all that belongs to one process."""
        settings = self.settings
        self._counts = Counts()
        self._closing = threading.Event()
        self._transport = Transport(
            connect_timeout=settings.connect_timeout,
            read_timeout=settings.read_timeout,
            pool_size=settings.pool_size,
            user_agent=f"tiny-mosaic/{__version__}",
            origins={origin_of(self.base_url), *settings.allowed_origins},
            rules=AddressRules(settings.allowed_networks),
            origin_concurrency=settings.origin_concurrency,
            ca_bundle=None if settings.ca_bundle is None else str(settings.ca_bundle),
        )
        cache_dir = settings.cache_dir
        self._fetcher = Fetcher(
            Registry(
                self.base_url,
                settings,
                self.retry_policy,
                self._transport,
                self._closing,
                self._counts,
            ),
            self._memory,
            None
            if cache_dir is None
            else DiskCache(cache_dir, settings.disk_bytes, wall_clock=self._wall_clock),
            self._runtimes,
            self._packaged_base_url,
            self._prepare,
            self._clock,
            self._wall_clock,
        )
        self._refresher = Refresher(
            self.base_url, settings, self._fetcher, self._memory, self._clock, self._closing
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
        """Return what `load` would return at once because it is in memory, else None.

        Past its TTL it is stale, and a flight in the background asks the registry.
        """
        return self._at_hand("fragment", name, contract_version)

    def runtime_at_hand(self, ref: RuntimeRef) -> LoadedRelease | None:
        """Return what `load_runtime` would return at once, else None; see `at_hand`."""
        return self._at_hand(RUNTIME, ref.name, ref.contract_version)

    def _at_hand(self, kind: str, name: str, version: str) -> LoadedRelease | None:
        fresh = self._fresh(kind, name, version, None, self._ttl)
        if fresh is not None:
            return fresh
        key = Key(kind, name, version, None)
        entry = self._memory.entries.get(key)
        stale = None if entry is None else self._served_stale(key, entry, self._ttl)
        if stale is not None:
            self._counts.hits += 1
        return stale

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
                self._counts.fresh += 1
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
        counts = self._counts
        entry = self._memory.entries.get(key)
        if entry is None:
            counts.misses += 1
            entry = self._fetcher.restore(key)
        else:
            counts.hits += 1
        if entry is not None:
            now = entry.used_at = self._clock()
            if is_fresh(entry, ttl, now):
                return entry.loaded
            stale = self._served_stale(key, entry, ttl)
            if stale is not None:
                return stale
        counts.waited += 1
        flight = self._refresher.flight(key, ttl)
        if isinstance(flight, Entry):
            return flight.loaded
        end = flight.deadline + _LANDING
        if timeout is not None:
            # With a last good release in hand the patience of a caller counts from the flight's
            # start: one caller that waited in vain is enough.
            since = asked_at if entry is None else flight.took_off
            end = min(end, since + timeout)
        return self._landed(key, flight, entry, end)

    def _served_stale(self, key: Key, entry: Entry, ttl: float | None) -> LoadedRelease | None:
        """Return what is past its TTL where nobody has to wait, and have it refreshed; else None.

        In an outage nobody waits: a background flight finds out when it is over.
        """
        now = entry.used_at = self._clock()
        resting = now < entry.next_try
        tolerated = ttl and now - entry.fetched_at < ttl + self.settings.max_stale
        if not (resting or entry.outage_since is not None or tolerated):
            return None
        if not resting:
            self._refresher.flight(key, ttl)
        self._counts.stale += 1
        return entry.stale

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
            # Raised for each who waits; without this each raise would lengthen its traceback.
            raise flight.error.with_traceback(None)
        raise RegistryTimeout(
            "the registry's answer was not there when the caller's time was over",
            **where_is(self.base_url, key),
        )

    def stats(self) -> LoaderStats:
        """Return what the memory holds and how loads and requests ended in this process."""
        return self._counts.stats(self._memory)

    def close(self) -> None:
        """Break off what is under way and end the threads; calling it twice is harmless.

        What is fresh in memory can still be loaded; all else raises `RegistryUnavailable`.
        """
        self._stop(_CLOSE_WAIT)

    def _stop(self, wait: float) -> None:
        self._closed = True
        self._closing.set()
        self._transport.close()
        self._refresher.close(wait)

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
