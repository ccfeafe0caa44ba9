"""The disk cache: last good configs and bundles in one folder that several processes share."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tiny_client.loader.locks import file_lock

__all__ = ["DiskCache", "StoredConfig"]

log = logging.getLogger("tiny_client.loader")

_LAYOUT: Final = "v1"
"""The folder's sub-folder; its name changes with the format of the files."""
_MAGIC: Final = b"tiny1 "
_HEADER_BYTES: Final = len(_MAGIC) + 64 + 1
_TEMPORARY: Final = "new-"
_LOCK: Final = "lock-"
_ORPHAN_AGE: Final = 3600.0
"""Seconds after which a temporary file or a lock's is taken for one that a killed process left."""


class _ConfigFile(msgspec.Struct):
    body: str
    etag: str = ""


# Made here and not at its first use, which several threads may come to at once: see config.py.
_config_file_decoder = msgspec.json.Decoder(_ConfigFile)


@dataclass(frozen=True, slots=True)
class StoredConfig:
    """A config from the cache: its bytes, its entity tag, and when it was fetched (`time.time`)."""

    body: bytes
    etag: str
    fetched_at: float


class DiskCache:
    """Files named by the hash of what they are for, each beginning with the hash of its content.

    A file's modification time is when the registry last confirmed it; its access time, set by
    hand, is when it was last of use, and the longest unused go first. Writing is a rename, so a
    reader sees a whole file or none. Nothing here raises: a folder that cannot be read or
    written costs one warning, and the host goes on with its memory.
    """

    def __init__(
        self, folder: Path, max_bytes: int, *, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder / _LAYOUT
        self._max_bytes = max_bytes
        self._wall_clock = wall_clock
        self._ready = False
        self._troubled = False

    def read_config(self, key: tuple[str | None, ...]) -> StoredConfig | None:
        """Return the config that was stored for `key`; None where there is none that is whole."""
        path = self._path("config", key)
        content = self._read(path)
        if content is None:
            return None
        try:
            stored = _config_file_decoder.decode(content)
            return StoredConfig(stored.body.encode(), stored.etag, path.stat().st_mtime)
        except (msgspec.DecodeError, OSError):
            return None

    def write_config(
        self,
        key: tuple[str | None, ...],
        body: bytes,
        etag: str,
        fetched_at: float,
        in_use: Callable[[], Collection[tuple[str | None, ...]]],
    ) -> None:
        """Store a config; `in_use` names the bundles that had better stay when room is made."""
        content = msgspec.json.encode(_ConfigFile(body.decode(), etag))
        self._write(self._path("config", key), content, fetched_at, in_use)

    def read_bundle(self, key: tuple[str | None, ...]) -> bytes | None:
        """Return the bytes of a bundle; None where they are not there, or damaged."""
        return self._read(self._path("bundle", key))

    def write_bundle(
        self,
        key: tuple[str | None, ...],
        content: bytes,
        in_use: Callable[[], Collection[tuple[str | None, ...]]],
    ) -> None:
        """Store the bytes of a bundle."""
        self._write(self._path("bundle", key), content, self._wall_clock(), in_use)

    def fetching_bundle(
        self, key: tuple[str | None, ...], deadline: float, pause: Callable[[float], bool]
    ) -> AbstractContextManager[None]:
        """Return the lock under which one process at a time fetches a bundle; see `file_lock`."""
        if not self._prepare():
            return nullcontext()
        path = self._path("bundle", key)
        return file_lock(path.with_name(f"{_LOCK}{path.name}"), deadline, pause)

    def touch(
        self, config: tuple[str | None, ...], bundle: tuple[str | None, ...], fetched_at: float
    ) -> bool:
        """Note that the registry confirmed a config, as of `fetched_at`, and that both are used.

        Return False where one of the two files is not there any more.
        """
        try:
            os.utime(self._path("config", config), (self._wall_clock(), fetched_at))
            self._mark_used(self._path("bundle", bundle))
        except FileNotFoundError:
            return False
        except OSError as error:
            self._trouble(error)
        return True

    def _path(self, kind: str, key: tuple[str | None, ...]) -> Path:
        digest = hashlib.sha256(msgspec.json.encode([kind, *key])).hexdigest()
        return self._folder / f"{kind}-{digest}"

    def _read(self, path: Path) -> bytes | None:
        if not self._prepare():
            return None
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._trouble(error)
            return None
        header, content = data[:_HEADER_BYTES], data[_HEADER_BYTES:]
        if header != _header(content):
            log.info("A damaged file is removed from the disk cache: %s", path)
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            self._mark_used(path)
        return content

    def _mark_used(self, path: Path) -> None:
        os.utime(path, (self._wall_clock(), path.stat().st_mtime))

    def _write(
        self,
        path: Path,
        content: bytes,
        modified: float,
        in_use: Callable[[], Collection[tuple[str | None, ...]]],
    ) -> None:
        for last_try in (False, True):
            if not self._prepare():
                return
            try:
                self._place(path, content, modified)
                self._make_room(path, {self._path("bundle", key) for key in in_use()})
            except FileNotFoundError as error:
                # Somebody removed the folder under us: make it anew, once.
                self._ready = False
                if last_try:
                    self._trouble(error)
            except OSError as error:
                self._trouble(error)
                return
            else:
                self._troubled = False
                return

    def _place(self, path: Path, content: bytes, modified: float) -> None:
        handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_header(content))
                file.write(content)
            os.utime(temporary, (self._wall_clock(), modified))
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _prepare(self) -> bool:
        """Make the folder; refuse one that others could have written into."""
        if self._ready:
            return True
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self._folder.mkdir(mode=0o700)
            info = self._folder.stat()
            if hasattr(os, "geteuid") and (
                info.st_uid != os.geteuid() or stat.S_IMODE(info.st_mode) & 0o022
            ):
                raise PermissionError(
                    f"{self._folder} belongs to another user or others may write into it; "
                    "remove it, or set another cache_dir"
                )
        except OSError as error:
            self._trouble(error)
            return False
        self._ready = True
        return True

    def _trouble(self, error: OSError) -> None:
        if not self._troubled:
            self._troubled = True
            log.warning(
                "The disk cache cannot be used, so only memory is: %s. Make %s writable, or set "
                "cache_dir to another folder or to None",
                error,
                self._folder,
            )

    def _make_room(self, written: Path, precious: Collection[Path]) -> None:
        """Remove the longest unused files; `precious` ones after all others, `written` last."""
        now = self._wall_clock()
        size = 0
        files: list[tuple[bool, bool, float, int, Path]] = []
        with os.scandir(self._folder) as found:
            for item in found:
                path = Path(item.path)
                with suppress(OSError):
                    info = item.stat()
                    if not item.name.startswith((_TEMPORARY, _LOCK)):
                        order = (path == written, path in precious, info.st_atime)
                        files.append((*order, info.st_size, path))
                        size += info.st_size
                    elif now - info.st_mtime > _ORPHAN_AGE:
                        path.unlink()
        files.sort(reverse=True)
        while size > self._max_bytes and files:
            *_, length, path = files.pop()
            with suppress(OSError):
                path.unlink()
            size -= length


def _header(content: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n"
