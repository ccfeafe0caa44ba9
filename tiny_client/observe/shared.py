"""Lets the processes of a host answer for each other's metrics, through files in one folder.

Each process holds a lock for as long as it lives, and writes its report beside it. What a process
that has ended counted is added up in one file, so a counter never goes back and the folder does
not grow with each worker that is replaced. (`prometheus_client` has a mode for several processes
too: there, series cannot be removed, files of ended processes stay, and collectors are left out.)
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from tiny_client.errors import ConfigurationError
from tiny_client.forks import renew_after_fork
from tiny_client.observe.counts import Counts
from tiny_client.observe.families import Report

__all__ = ["SharedMetrics"]

log = logging.getLogger("tiny_client.observe")

_FORMAT: Final = 1
"""Part of each file's name; raised whenever `Counts`, its bounds or `Family` change, so that the
processes before and after an upgrade leave each other's files alone."""
_PREFIX: Final = f"tiny-{_FORMAT}-"
_INTERVAL: Final = 2.0
"""Seconds between two reports: a process that is killed takes as much with it."""


class _File(Report):
    """A report as it stands in a file; `contains` names ended processes that were added to it."""

    contains: list[str] = msgspec.field(default_factory=list)


class SharedMetrics:
    """One process' side of the folder; `report` returns its report, `add` adds one to another.

    Nothing is written before `start()`. Raises `ConfigurationError` for a folder that cannot be
    made.
    """

    def __init__(
        self,
        folder: Path,
        report: Callable[[], Report],
        add: Callable[[Report, Report], None],
    ) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"TINY_METRICS_DIR: {folder} cannot be used ({error}). Name a folder that all "
                "processes of the host may write to"
            ) from error
        self._folder = folder
        self._report = report
        self._add = add
        self._ended = folder / f"{_PREFIX}ended"
        self._held: int | None = None
        self._closed = False
        self._begin()
        renew_after_fork(self)

    def _begin(self) -> None:
        self._name = ""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._complained = False

    def start(self) -> None:
        """Begin to write this process' reports; it costs nothing where that has begun."""
        if self._thread is not None or self._closed:
            return
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(
                    target=self._write_on, name="tiny-metrics", daemon=True
                )
                self._thread.start()

    def of_all(self) -> Report:
        """Return the sum of all processes, those that have ended included."""
        self.start()
        # Written before it is told: what one process says next must not be less than this.
        own = self._write_own()
        try:
            with self._alone():
                others = self._read_others()
        except OSError as error:
            self._complain(error)
            others = []
        for other in others:
            self._add(own, other)
        return own

    def close(self) -> None:
        """Write the last report and give the lock up; calling it twice is harmless."""
        self._stop.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        with self._lock:
            self._closed = True
            if self._held is not None:
                os.close(self._held)
                self._held = None

    def after_fork_in_child(self) -> None:
        """Leave the lock, which the parent still holds, and the thread to the parent."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
        self._begin()

    def _write_on(self) -> None:
        while not self._stop.wait(_INTERVAL):
            self._write_own()
        self._write_own()

    def _write_own(self) -> Report:
        report = self._report()
        with self._lock:
            if self._closed:
                return report
            try:
                if self._held is None:
                    self._take_name()
                self._write(self._report_of(self._name), report)
            except OSError as error:
                self._complain(error)
        return report

    def _take_name(self) -> None:
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        # Nobody may look between the making of the file and its locking.
        with self._alone():
            held = _open_lock(self._lock_of(name))
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._held, self._name = held, name

    def _read_others(self) -> list[Report]:
        """Read all reports and add those of processes that have ended to one; locked by caller."""
        ended = _read(self._ended) or _File(Counts(), [])
        found: list[Report] = [ended]
        gone: list[str] = []
        for lock in sorted(self._folder.glob(f"{_PREFIX}*.lock")):
            name = lock.name.removeprefix(_PREFIX).removesuffix(".lock")
            if name == self._name:
                continue
            alive = _is_held(lock)
            # Where a crash came between adding a report and deleting it, it is there twice.
            report = None if name in ended.contains else _read(self._report_of(name))
            if alive:
                found += [] if report is None else [report]
                continue
            gone.append(name)
            if report is not None:
                report.families = [entry for entry in report.families if entry.kind == "counter"]
                self._add(ended, report)
        if gone:
            ended.contains = gone
            self._write(self._ended, ended)
            for name in gone:
                for path in (self._report_of(name), _draft_of(self._report_of(name))):
                    path.unlink(missing_ok=True)
                self._lock_of(name).unlink()
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep all other processes from adding up and from beginning."""
        held = _open_lock(self._folder / f"{_PREFIX}folder")
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def _lock_of(self, name: str) -> Path:
        return self._folder / f"{_PREFIX}{name}.lock"

    def _report_of(self, name: str) -> Path:
        return self._folder / f"{_PREFIX}{name}.report"

    def _write(self, path: Path, report: Report) -> None:
        draft = _draft_of(path)
        draft.write_bytes(msgspec.msgpack.encode(report))
        draft.replace(path)

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            log.error(
                "The processes of this host cannot share their metrics in %s, so each answers "
                "for itself: %s",
                self._folder,
                error,
            )


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)


def _draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _is_held(path: Path) -> bool:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _read(path: Path) -> _File | None:
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        try:
            return msgspec.msgpack.decode(content, type=_File)
        except msgspec.DecodeError as error:
            log.error("The metrics in %s are left out, because they are damaged: %s", path, error)
    return None
