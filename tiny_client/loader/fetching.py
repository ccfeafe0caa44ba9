"""Gets the release of a key from where it is: registry, disk, or the packaged runtimes."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from tiny_client.errors import BadRegistryAnswer, FragmentNotFound, LoadError
from tiny_client.loader.config import InvalidConfig, matches_integrity, parse_config
from tiny_client.loader.disk import DiskCache
from tiny_client.loader.flights import Flight
from tiny_client.loader.memory import BundleKey, Entry, Key, MemoryStore
from tiny_client.loader.names import bundle_url
from tiny_client.loader.packaged import PackagedRuntimes
from tiny_client.loader.registry import ConfigAnswer, Registry
from tiny_client.loader.scripts import script_of
from tiny_client.records import FragmentConfig, LoadedRelease, RuntimeRef, Script

__all__ = ["RUNTIME", "Fetcher", "Prepare"]

log = logging.getLogger("tiny_client.loader")

RUNTIME: Final[Literal["runtime"]] = "runtime"
"""The kind of the keys of runtimes, for which a packaged one may stand in."""

Prepare = Callable[[LoadedRelease, LoadedRelease], None]
"""Called with the new release and the old one before the new one takes its place."""

_SHARE_OF_WAITING: Final = 0.5
"""Of the time that is left: how much may go into waiting for another process's fetch."""
_TOUCH_INTERVAL: Final = 10.0
"""Seconds between two notes on disk that a release is still current, at least."""


class Fetcher:
    """Fetches releases whole: a config counts only once its script is here and verified."""

    def __init__(
        self,
        registry: Registry,
        memory: MemoryStore,
        disk: DiskCache | None,
        packaged: Callable[[], PackagedRuntimes],
        packaged_base_url: str,
        prepare: Prepare | None,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self._registry = registry
        self._memory = memory
        self._disk = disk
        self._packaged = packaged
        self._packaged_base_url = packaged_base_url
        self._prepare = prepare
        self._clock = clock
        self._wall_clock = wall_clock

    def fetch(self, key: Key, known: Entry | None, flight: Flight) -> Entry:
        """Return the current release, which is in memory and on disk then.

        `known` is the last good one; it is returned, renewed, where it is still current.
        Raises `LoadError`.
        """
        entry = self._fetched_elsewhere(key, known, flight)
        if entry is not None:
            return entry
        etag = known.etag if known is not None else ""
        try:
            answer = self._registry.config(
                key.name, key.contract_version, key.release, etag=etag, deadline=flight.deadline
            )
            if answer is None and known is not None:
                return self._renewed(key, known, flight)
            assert answer is not None
            bundle = _bundle_key(answer.config)
            script = self._script(answer.config, bundle, flight.deadline)
        except LoadError as error:
            entry = self._packaged_instead(key, known, flight, error)
            if entry is None:
                raise
            return entry
        if known is not None and known.bundle == bundle and known.loaded.config == answer.config:
            known.etag = answer.etag
            return self._renewed(key, known, flight)
        loaded = LoadedRelease(answer.config, self._memory.shared(script))
        self._make_ready(key, loaded, known)
        return self._taken_over(key, answer, bundle, loaded, flight)

    def restore(self, key: Key) -> Entry | None:
        """Return the last good release that is on disk, put into memory; None where none is.

        Its age is what the disk says. A time in the future counts as endlessly old.
        """
        entry = self._on_disk(key)
        return None if entry is None else self._memory.put_new(key, entry)

    def _on_disk(self, key: Key) -> Entry | None:
        if self._disk is None:
            return None
        stored = self._disk.read_config(self._disk_key(key))
        if stored is None:
            return None
        try:
            config = self._parsed(key, stored.body)
        except InvalidConfig as error:
            log.info("The disk cache holds a config that cannot be used: %s", error)
            return None
        bundle = _bundle_key(config)
        script = self._memory.script(bundle) or self._script_on_disk(bundle)
        if script is None:
            return None
        age = self._wall_clock() - stored.fetched_at
        now = self._clock()
        return Entry(
            LoadedRelease(config, script),
            bundle=bundle,
            fetched_at=now - age if age >= 0 else -math.inf,
            now=now,
            config_bytes=len(stored.body),
            etag=stored.etag,
            # An exact release never changes, so nobody has to be asked about it.
            confirmed=key.release is not None,
        )

    def _fetched_elsewhere(self, key: Key, known: Entry | None, flight: Flight) -> Entry | None:
        """Return what another process has asked the registry for lately enough, if any has."""
        if known is None or known.packaged or not flight.ttl:
            return None
        found = self._on_disk(key)
        if (
            found is None
            or found.fetched_at <= known.fetched_at
            or flight.started - found.fetched_at >= flight.ttl
        ):
            return None
        if found.bundle == known.bundle and found.loaded.config == known.loaded.config:
            known.fetched_at, known.etag = found.fetched_at, found.etag
            found = known
        else:
            self._make_ready(key, found.loaded, known)
        self._memory.put(key, found)
        return found

    def _make_ready(self, key: Key, new: LoadedRelease, known: Entry | None) -> None:
        """Have `prepare` see a release before it replaces one with another script."""
        if self._prepare is None or known is None or key.kind == RUNTIME:
            return
        old = known.loaded
        if new.script.key == old.script.key:
            return
        try:
            self._prepare(new, old)
        except Exception as error:
            release = new.config.release or new.config.umd_bundle
            log.exception(
                "Release %s of %s %s could not be made ready",
                release,
                key.name,
                key.contract_version,
            )
            raise LoadError(
                f"its new release {release} could not be made ready: {error}",
                name=key.name,
                contract_version=key.contract_version,
                url=bundle_url(new.config.base_url, new.script.name),
            ) from error

    def _taken_over(
        self,
        key: Key,
        answer: ConfigAnswer,
        bundle: BundleKey,
        loaded: LoadedRelease,
        flight: Flight,
    ) -> Entry:
        entry = Entry(
            loaded,
            bundle=bundle,
            fetched_at=flight.started,
            now=self._clock(),
            config_bytes=len(answer.body),
            etag=answer.etag,
        )
        self._memory.put(key, entry)
        if self._disk is not None:
            fetched_at = self._wall_clock() - (self._clock() - flight.started)
            self._disk.write_config(
                self._disk_key(key), answer.body, answer.etag, fetched_at, self._memory.bundles
            )
        return entry

    def _renewed(self, key: Key, known: Entry, flight: Flight) -> Entry:
        known.fetched_at = flight.started
        known.confirmed = True
        if self._memory.entries.get(key) is not known:
            # It was put out of memory while the registry was asked.
            self._memory.put(key, known)
        now = self._clock()
        if self._disk is not None and not known.packaged:
            if now - known.touched_at < _TOUCH_INTERVAL:
                return known
            known.touched_at = now
            fetched_at = self._wall_clock() - (now - flight.started)
            if not self._disk.touch(self._disk_key(key), known.bundle, fetched_at):
                self._write_again(key, known, fetched_at)
        return known

    def _write_again(self, key: Key, known: Entry, fetched_at: float) -> None:
        """Put back on disk what another process, or somebody, has removed there."""
        assert self._disk is not None
        in_use = self._memory.bundles
        loaded = known.loaded
        self._disk.write_bundle(known.bundle, loaded.script.source.encode(), in_use)
        body = msgspec.json.encode(loaded.config.raw)
        self._disk.write_config(self._disk_key(key), body, known.etag, fetched_at, in_use)

    def _script(self, config: FragmentConfig, bundle: BundleKey, deadline: float) -> Script:
        """Return the script of a config, from memory, disk or registry; it is on disk then."""
        script = self._memory.script(bundle) or self._script_on_disk(bundle)
        if script is not None:
            return script
        if self._disk is None:
            return self._fetched_script(config, bundle, deadline)
        # Of several processes that start at once, one asks and the others take it from disk.
        patience = time.monotonic() + (deadline - time.monotonic()) * _SHARE_OF_WAITING
        with self._disk.fetching_bundle(bundle, patience, self._registry.pause):
            return self._script_on_disk(bundle) or self._fetched_script(config, bundle, deadline)

    def _fetched_script(self, config: FragmentConfig, bundle: BundleKey, deadline: float) -> Script:
        content = self._registry.bundle(config, bundle.bundle, deadline=deadline)
        try:
            script = script_of(bundle.bundle, content)
        except UnicodeDecodeError as error:
            raise BadRegistryAnswer(
                f"its bundle {bundle.bundle!r} is not UTF-8: {error}",
                name=config.name,
                contract_version=config.contract_version,
                url=bundle_url(config.base_url, bundle.bundle),
            ) from error
        if self._disk is not None:
            self._disk.write_bundle(bundle, content, self._memory.bundles)
        return script

    def _script_on_disk(self, bundle: BundleKey) -> Script | None:
        if self._disk is None:
            return None
        content = self._disk.read_bundle(bundle)
        if content is None:
            return None
        if bundle.integrity is not None and not matches_integrity(bundle.integrity, content):
            return None
        try:
            return self._memory.shared(script_of(bundle.bundle, content))
        except UnicodeDecodeError:
            return None

    def _packaged_instead(
        self, key: Key, known: Entry | None, flight: Flight, error: LoadError
    ) -> Entry | None:
        """Return the packaged runtime where it may stand in for what the registry lacks.

        The registry's own one that was good before goes first. A packaged one is asked about
        again after the caller's TTL, like any other.
        """
        if key.kind != RUNTIME:
            return None
        missing = isinstance(error, FragmentNotFound)
        if known is not None:
            if known.packaged and missing:
                return self._renewed(key, known, flight)
            return None
        ref = RuntimeRef(key.name, key.contract_version)
        loaded = self._packaged().load(ref, self._packaged_base_url)
        if loaded is None:
            return None
        if not missing:
            log.warning("The packaged runtime is used instead: %s", error)
        entry = Entry(
            loaded,
            bundle=_bundle_key(loaded.config),
            fetched_at=flight.started,
            now=self._clock(),
            config_bytes=len(msgspec.json.encode(loaded.config.raw)),
            confirmed=missing,
            packaged=True,
        )
        self._memory.put(key, entry)
        return entry

    def _parsed(self, key: Key, body: bytes) -> FragmentConfig:
        return parse_config(
            body,
            name=key.name,
            contract_version=key.contract_version,
            base_url=self._registry.base_url,
            release=key.release,
        )

    def _disk_key(self, key: Key) -> tuple[str | None, ...]:
        return (self._registry.base_url, key.name, key.contract_version, key.release)


def _bundle_key(config: FragmentConfig) -> BundleKey:
    bundle = config.server_bundle or config.umd_bundle
    return BundleKey(config.base_url, bundle, config.integrity.get(bundle))
