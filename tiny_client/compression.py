"""Compresses pages as the browser asks, chunk by chunk where they are streamed; knows no Flask.

A chunk that was compressed can be decompressed at once: the browser shows what has come.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import brotli
import zstandard

from tiny_client.errors import ConfigurationError

__all__ = ["CompressionSettings", "Encoder", "choose_encoding", "encoder"]

# Of those that the browser likes alike: zstd takes half of brotli's time for nearly its size.
_PREFERENCE: Final = ("zstd", "br", "gzip")
# zlib's way of saying: with the header and trailer of gzip.
_GZIP_WINDOW: Final = 31

_LEVELS: Final = {"brotli_quality": (0, 11), "zstd_level": (1, 22), "gzip_level": (1, 9)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionSettings:
    """How pages are compressed.

    `compression_min_bytes` is the shortest whole page that is worth it. Raises
    `ConfigurationError` for a level that its algorithm does not have.
    """

    compression: bool = True
    compression_min_bytes: int = 1024
    brotli_quality: int = 4
    zstd_level: int = 3
    gzip_level: int = 3

    def __post_init__(self) -> None:
        for name, (lowest, highest) in _LEVELS.items():
            level = getattr(self, name)
            if not lowest <= level <= highest:
                raise ConfigurationError(
                    f"TINY_{name.upper()} is {level}; set it to a number from {lowest} to {highest}"
                )


class Encoder(Protocol):
    """Compresses one response."""

    def chunk(self, content: bytes) -> bytes:
        """Return `content` so that all of it can be decompressed now."""
        ...

    def finish(self, content: bytes = b"") -> bytes:
        """Return `content` and the end."""
        ...


class _Brotli:
    def __init__(self, quality: int) -> None:
        self._compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=quality)

    def chunk(self, content: bytes) -> bytes:
        return bytes(self._compressor.process(content) + self._compressor.flush())

    def finish(self, content: bytes = b"") -> bytes:
        return bytes(self._compressor.process(content) + self._compressor.finish())


class _Zstd:
    def __init__(self, level: int) -> None:
        self._compressor = zstandard.ZstdCompressor(level=level).compressobj()

    def chunk(self, content: bytes) -> bytes:
        started = self._compressor.compress(content)
        return started + self._compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def finish(self, content: bytes = b"") -> bytes:
        return self._compressor.compress(content) + self._compressor.flush()


class _Gzip:
    def __init__(self, level: int) -> None:
        self._compressor = zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW)

    def chunk(self, content: bytes) -> bytes:
        return self._compressor.compress(content) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def finish(self, content: bytes = b"") -> bytes:
        return self._compressor.compress(content) + self._compressor.flush()


def encoder(encoding: str, settings: CompressionSettings) -> Encoder:
    """Return what compresses one response as `encoding`, one that `choose_encoding` returned."""
    makers: dict[str, Callable[[], Encoder]] = {
        "br": lambda: _Brotli(settings.brotli_quality),
        "zstd": lambda: _Zstd(settings.zstd_level),
        "gzip": lambda: _Gzip(settings.gzip_level),
    }
    return makers[encoding]()


@lru_cache(maxsize=128)
def choose_encoding(accept_encoding: str) -> str | None:
    """Return zstd, br, gzip or None for the header's value, by its q-values (RFC 9110, 12.5.3)."""
    qualities = dict(_qualities(accept_encoding))
    anything = qualities.get("*", 0.0)
    best = max(_PREFERENCE, key=lambda name: qualities.get(name, anything))
    quality = qualities.get(best, anything)
    # The page as it is counts as liked unless the browser says how much.
    return best if quality > 0 and quality >= qualities.get("identity", 0.0) else None


def _qualities(accept_encoding: str) -> Iterator[tuple[str, float]]:
    for entry in accept_encoding.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        if name:
            yield {"x-gzip": "gzip"}.get(name, name), quality
