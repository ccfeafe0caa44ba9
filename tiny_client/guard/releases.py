"""Remembers the release of each fragment that last worked, for when a newer one keeps failing."""

from __future__ import annotations

import logging
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from tiny_client.errors import (
    BundleError,
    ComponentError,
    InvalidOutput,
    MemoryLimitExceeded,
    RenderError,
    RenderTimeout,
    WorkerCrashed,
)
from tiny_client.forks import renew_after_fork
from tiny_client.guard.guard import FragmentKey
from tiny_client.records import FragmentConfig, LoadedRelease, RenderJob

__all__ = ["Release", "ReleaseId", "Releases"]

log = logging.getLogger("tiny_client")

ReleaseId = tuple[str, str]
"""The keys of a release's script and of its runtime's: what is rendered."""

_OF_THE_RELEASE: Final = (
    BundleError,
    ComponentError,
    InvalidOutput,
    MemoryLimitExceeded,
    RenderTimeout,
    WorkerCrashed,
)

_MOST_FRAGMENTS: Final = 1000
_MOST_CONDEMNED: Final = 8
"""Of one fragment; the one that was condemned first is tried again."""


class Release(msgspec.Struct, frozen=True):
    """A release with the runtime that it is rendered with. `config` names that runtime."""

    loaded: LoadedRelease
    config: FragmentConfig
    runtime: LoadedRelease

    @property
    def id(self) -> ReleaseId:
        """What tells it from other releases."""
        return self.loaded.script.key, self.runtime.script.key

    @property
    def name(self) -> str:
        """What people call it."""
        return self.config.release or self.config.umd_bundle

    @property
    def key(self) -> FragmentKey:
        """Whose release it is."""
        return self.config.name, self.config.contract_version

    def job(self, props_json: str, export: str | None, id_prefix: str = "") -> RenderJob:
        """Return what the engine has to do to render it."""
        return RenderJob(
            fragment=self.config.name,
            release=self.name,
            runtime=self.runtime.script,
            bundle=self.loaded.script,
            props_json=props_json,
            export=export,
            id_prefix=id_prefix,
        )

    def size_bytes(self) -> int:
        """Return what its scripts take in memory, in bytes; the runtime's is shared by many."""
        return sys.getsizeof(self.loaded.script.source)


@dataclass(slots=True)
class _History:
    """What happened to the releases of one fragment since `worked` rendered last."""

    worked: Release
    worked_id: ReleaseId
    failing: ReleaseId | None = None
    strikes: int = 0
    condemned: dict[ReleaseId, str] = field(default_factory=dict)
    stand_in: Release | None = None
    """`worked`, marked as stale; there is one where `condemned` is not empty."""


class Releases:
    """Condemns releases that fail `failures` times in a row; safe to use from any thread.

    That needs another release of the fragment that worked before, which is served instead. It
    lasts until yet another release works. `failures` of 0 condemns none. At most `max_bytes` of
    scripts are kept; mostly they are those that the loader holds anyway.
    """

    def __init__(self, failures: int, max_bytes: int) -> None:
        self._failures = failures
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._histories: OrderedDict[FragmentKey, _History] = OrderedDict()
        self._bytes = 0
        # By fragment, only those that have any: the warm path looks here and finds it empty.
        self._condemned: dict[FragmentKey, dict[ReleaseId, str]] = {}
        renew_after_fork(self)

    @property
    def failures(self) -> int:
        """How many failures in a row condemn a release; 0 where none is."""
        return self._failures

    @property
    def has_condemned(self) -> bool:
        """Whether `in_place_of` may have something to say: the warm path asks only this."""
        return bool(self._condemned)

    def in_place_of(self, key: FragmentKey, release: ReleaseId) -> Release | None:
        """Return the release to serve where `release` is condemned, else None."""
        condemned = self._condemned.get(key)
        if condemned is None or release not in condemned:
            return None
        history = self._histories.get(key)
        return None if history is None else history.stand_in

    def last_that_worked(self, key: FragmentKey) -> Release | None:
        """Return the release of a fragment that rendered last."""
        history = self._histories.get(key)
        return None if history is None else history.worked

    def condemned(self) -> dict[FragmentKey, str]:
        """Return the name of the release of each fragment that was condemned last."""
        with self._lock:
            return {key: list(names.values())[-1] for key, names in self._condemned.items()}

    def worked(self, release: Release) -> None:
        """Say that a release has rendered."""
        if not self._failures:
            return
        key, release_id = release.key, release.id
        history = self._histories.get(key)
        if history is not None and history.worked_id == release_id:
            return  # by far the most frequent case costs no lock
        with self._lock:
            history = self._histories.get(key)
            # A render that ended late does not acquit a release that was condemned meanwhile.
            if history is not None and release_id in history.condemned:
                return
            self._drop(key)
            self._histories[key] = _History(release, release_id)
            self._bytes += release.size_bytes()
            while len(self._histories) > 1 and (
                self._bytes > self._max_bytes or len(self._histories) > _MOST_FRAGMENTS
            ):
                self._drop(next(iter(self._histories)))

    def _drop(self, key: FragmentKey) -> None:
        history = self._histories.pop(key, None)
        if history is not None:
            self._bytes -= history.worked.size_bytes()
            self._condemned.pop(key, None)

    def failed(self, release: Release, error: RenderError) -> bool:
        """Say that a release failed with `error`, and whether it is condemned now.

        The host's own troubles and wrong props count as nothing; a `RenderTimeout` that is due
        to a caller's short time must not be told.
        """
        if not self._failures or not isinstance(error, _OF_THE_RELEASE):
            return False
        key, release_id = release.key, release.id
        with self._lock:
            history = self._histories.get(key)
            if history is None or history.worked_id == release_id:
                return False  # there is nothing better to serve
            if release_id in history.condemned:
                return True
            if history.failing != release_id:
                history.failing, history.strikes = release_id, 0
            history.strikes += 1
            if history.strikes < self._failures:
                return False
            self._condemn(key, history, release)
            instead = history.worked
        log.error(
            "Release %s of %s %s failed %d times in a row, the last time with: %s. Release %s, "
            "which worked before, is served until a newer one works",
            release.name,
            *key,
            self._failures,
            error,
            instead.name,
            extra={"fragment": key[0], "contract_version": key[1], "release": release.name},
        )
        return True

    def _condemn(self, key: FragmentKey, history: _History, release: Release) -> None:
        if len(history.condemned) >= _MOST_CONDEMNED:
            del history.condemned[next(iter(history.condemned))]
        history.condemned[release.id] = release.name
        history.failing, history.strikes = None, 0
        history.stand_in = msgspec.structs.replace(
            history.worked, loaded=replace(history.worked.loaded, stale=True)
        )
        self._condemned[key] = history.condemned

    def after_fork_in_child(self) -> None:
        """Take a new lock, and begin anew: the fork may have come in the middle of a change."""
        self._lock = threading.Lock()
        self._histories = OrderedDict()
        self._bytes = 0
        self._condemned = {}
