"""What slots send: elements as bytes, and a bounded cache of those that are the same each time."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from tiny_client.forks import renew_after_fork
from tiny_client.html import slot_element
from tiny_client.stats import CacheStats

if TYPE_CHECKING:
    from tiny_client.client import LoadedFragment
    from tiny_client.slot import SlotRequest

__all__ = ["DEFAULT_ISLAND_BYTES", "Island", "IslandCache", "digest", "encoded"]

DEFAULT_ISLAND_BYTES: Final = 32 * 1024 * 1024

# What an entry costs beside its text, roughly: key tuple, dict node, island (bytes).
_ENTRY_OVERHEAD_BYTES: Final = 600
_DIGEST_BYTES: Final = 12


def digest(content: bytes) -> bytes:
    """Return what tells `content` from other content, in every process alike."""
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


def encoded(text: str) -> bytes:
    """Return `text` in UTF-8, whatever it is: a fallback may say what a visitor wrote."""
    return text.encode(errors="replace")


class Island:
    """One slot's element as it is sent, in UTF-8."""

    __slots__ = ("_digest", "content")

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._digest: bytes | None = None

    @property
    def digest(self) -> bytes:
        """What tells it from others; made once, so a page that shows it again hashes less."""
        if self._digest is None:
            self._digest = digest(self.content)
        return self._digest

    @classmethod
    def of(
        cls, fragment: LoadedFragment, request: SlotRequest, html: Markup, id_prefix: str
    ) -> Island:
        """Return the island of `html`, which `fragment` rendered for `request`."""
        element = slot_element(
            fragment.config,
            html=html,
            props_json=request.props_json,
            hydrate=request.hydrate,
            export=request.export,
            id_prefix=id_prefix,
        )
        return cls(element.encode())


_Key = tuple[int, int, str, str, str | None, str]


class IslandCache:
    """Keeps the islands of pure fragments that were used last, within `max_bytes`.

    A release is known by its config object: the loader has one as long as the release is current.
    """

    def __init__(self, max_bytes: int = DEFAULT_ISLAND_BYTES) -> None:
        self._max_bytes = max_bytes
        # With the configs, so that no other object takes their ids while the entry lives.
        self._entries: OrderedDict[_Key, tuple[Island, int, tuple[object, object]]] = OrderedDict()
        self._bytes = 0
        self._hits = 0
        self._misses = 0
        self._lock = Lock()
        renew_after_fork(self)

    def get(self, fragment: LoadedFragment, request: SlotRequest, id_prefix: str) -> Island | None:
        """Return the island kept for this slot, or None."""
        if not fragment.config.pure:
            return None
        key = _key(fragment, request, id_prefix)
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self._misses += 1
                return None
            self._hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def put(
        self, fragment: LoadedFragment, request: SlotRequest, id_prefix: str, island: Island
    ) -> None:
        """Keep `island` where its fragment is pure; drop what no longer fits."""
        size = len(island.content) + len(request.props_json) + _ENTRY_OVERHEAD_BYTES
        if not fragment.config.pure or size > self._max_bytes:
            return
        key = _key(fragment, request, id_prefix)
        with self._lock:
            replaced = self._entries.pop(key, None)
            if replaced is not None:
                self._bytes -= replaced[1]
            self._entries[key] = (island, size, (fragment.config, fragment.runtime))
            self._bytes += size
            while self._bytes > self._max_bytes:
                _, (_, dropped, _) = self._entries.popitem(last=False)
                self._bytes -= dropped

    @property
    def size_bytes(self) -> int:
        """How many bytes the cache holds, keys and bookkeeping included."""
        return self._bytes

    def stats(self) -> CacheStats:
        """Say what the cache holds, and how look-ups ended."""
        with self._lock:
            return CacheStats(
                hits=self._hits,
                misses=self._misses,
                size_bytes=self._bytes,
                max_bytes=self._max_bytes,
                entries=len(self._entries),
            )

    def after_fork_in_child(self) -> None:
        """Take a new lock: another thread may have held the old one at the fork."""
        self._lock = Lock()


def _key(fragment: LoadedFragment, request: SlotRequest, id_prefix: str) -> _Key:
    return (
        id(fragment.config),
        id(fragment.runtime),
        request.props_json,
        request.hydrate,
        request.export,
        id_prefix,
    )
