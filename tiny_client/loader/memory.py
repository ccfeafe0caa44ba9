"""What the loader holds in memory: releases by key, and their scripts, bounded by bytes."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from typing import Final, NamedTuple

from tiny_client.records import LoadedRelease, Script

__all__ = ["BundleKey", "Entry", "Key", "MemoryStore"]

_ENTRY_BYTES: Final = 2048
"""What an entry takes beside its config's JSON and its script, about."""


class Key(NamedTuple):
    """Whose release an entry holds. A tuple: `a-b` 1 and `a` b-1 are two keys."""

    kind: str
    name: str
    contract_version: str
    release: str | None


class BundleKey(NamedTuple):
    """Which bundle: where it comes from, its name, and the integrity that it was checked for."""

    base_url: str
    bundle: str
    integrity: str | None


class Entry:
    """The last good release of a key, and when it was last known to be the current one.

    Times are those of the loader's clock, in seconds. `confirmed` says that this process has
    asked the registry itself. No attribute needs a lock: each is written whole.
    """

    __slots__ = (
        "bundle",
        "config_bytes",
        "confirmed",
        "etag",
        "fetched_at",
        "loaded",
        "next_try",
        "outage_since",
        "packaged",
        "stale",
        "touched_at",
        "used_at",
    )

    def __init__(
        self,
        loaded: LoadedRelease,
        *,
        bundle: BundleKey,
        fetched_at: float,
        now: float,
        config_bytes: int,
        etag: str = "",
        confirmed: bool = True,
        packaged: bool = False,
    ) -> None:
        self.loaded = loaded
        self.stale = replace(loaded, stale=True)
        self.bundle = bundle
        self.fetched_at = fetched_at
        self.used_at = now
        self.touched_at = now
        self.config_bytes = config_bytes
        self.etag = etag
        self.confirmed = confirmed
        self.packaged = packaged
        self.next_try = 0.0
        self.outage_since: float | None = None


class MemoryStore:
    """Entries by key, least recently used out first; identical scripts are held once.

    `entries` may be read without a lock. The newest entry always stays, whatever its size.
    """

    def __init__(self, max_bytes: int) -> None:
        self.entries: dict[Key, Entry] = {}
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._scripts: dict[str, Script] = {}
        self._users: dict[str, int] = {}
        self._by_bundle: dict[BundleKey, str] = {}
        self.size = 0

    def script(self, bundle: BundleKey) -> Script | None:
        """Return the script of a bundle, if an entry holds it."""
        key = self._by_bundle.get(bundle)
        return None if key is None else self._scripts.get(key)

    def shared(self, script: Script) -> Script:
        """Return `script` with the source that is held already for the same bytes, if any."""
        held = self._scripts.get(script.key)
        if held is None or held is script:
            return script
        return held if held.name == script.name else replace(script, source=held.source)

    def bundles(self) -> frozenset[BundleKey]:
        """Return the bundles that are in use."""
        with self._lock:
            return frozenset(entry.bundle for entry in self.entries.values())

    def put(self, key: Key, entry: Entry) -> None:
        """Hold `entry` for `key` in place of what was held, and make room for it."""
        with self._lock:
            self._put(key, entry)

    def put_new(self, key: Key, entry: Entry) -> Entry:
        """Hold `entry` unless there is one for `key` already; return the one that is held."""
        with self._lock:
            held = self.entries.get(key)
            if held is None:
                self._put(key, entry)
        return entry if held is None else held

    def _put(self, key: Key, entry: Entry) -> None:
        self._remove(key)
        self._add(key, entry)
        while self.size > self.max_bytes and len(self.entries) > 1:
            others = (other for other in self.entries if other != key)
            self._remove(min(others, key=lambda other: self.entries[other].used_at))

    def after_fork_in_child(self) -> None:
        """Count anew: the fork may have come in the middle of a change."""
        held = dict(self.entries)
        self._lock = threading.Lock()
        self.entries, self._scripts, self._users, self._by_bundle = {}, {}, {}, {}
        self.size = 0
        for key, entry in held.items():
            self._add(key, entry)

    def _add(self, key: Key, entry: Entry) -> None:
        script = entry.loaded.script
        self.entries[key] = entry
        self.size += _ENTRY_BYTES + entry.config_bytes
        self._users[script.key] = self._users.get(script.key, 0) + 1
        if self._users[script.key] == 1:
            self._scripts[script.key] = script
            self.size += sys.getsizeof(script.source)
        self._by_bundle[entry.bundle] = script.key

    def _remove(self, key: Key) -> None:
        entry = self.entries.pop(key, None)
        if entry is None:
            return
        script = entry.loaded.script
        self.size -= _ENTRY_BYTES + entry.config_bytes
        self._users[script.key] -= 1
        if self._users[script.key] == 0:
            del self._users[script.key]
            del self._scripts[script.key]
            self.size -= sys.getsizeof(script.source)
            for bundle in [b for b, held in self._by_bundle.items() if held == script.key]:
                del self._by_bundle[bundle]
