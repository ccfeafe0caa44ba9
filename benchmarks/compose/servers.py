"""Starts the measured servers on the core that is theirs, and tells what they use of it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

__all__ = ["HOST_CORE", "LOAD_CORE", "Server", "Usage", "free_port", "pinned", "python_on"]

ROOT = Path(__file__).parent.parent.parent

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
HOST_CORE = _CORES[0] if len(_CORES) > 1 else None
"""The core of the measured host; None where there are not two, or the system does not pin."""
LOAD_CORE = _CORES[1] if len(_CORES) > 1 else None
"""The core of the load, of the peers' fragments and of our engine's workers."""

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02

_PIN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])})"
_EXEC = f"{_PIN}; os.execvp(sys.argv[2], sys.argv[2:])"


def pinned(core: int | None, command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` on one core."""
    if core is None:
        return list(command)
    return [sys.executable, "-ISc", _EXEC, str(core), *command]


def python_on(core: int | None, folder: Path) -> str:
    """Return an interpreter whose processes stay on `core`: for TINY_ENGINE_PYTHON."""
    if core is None:
        return sys.executable
    script = folder / "python-on-a-core"
    command = " ".join(f"'{word}'" for word in pinned(core, [sys.executable]))
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    script.chmod(0o755)
    return str(script)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Usage:
    """What a server has used: CPU seconds and resident bytes, of the host and of its workers."""

    def __init__(self, process: psutil.Process) -> None:
        self.host_cpu = self.workers_cpu = 0.0
        self.host_rss = self.workers_rss = 0
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                times, rss = each.cpu_times(), each.memory_info().rss
                if any("tiny_client.engine" in word for word in each.cmdline()):
                    self.workers_cpu += times.user + times.system
                    self.workers_rss += rss
                else:
                    self.host_cpu += times.user + times.system
                    self.host_rss += rss


class Server:
    """A server process of this run; use it in a `with` statement."""

    def __init__(
        self, name: str, command: Sequence[str], port: int, core: int | None, scratch: Path
    ) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._command = pinned(core, command)
        self._log = scratch / f"{name}.log"
        self.environ: Mapping[str, str] = {}

    def __enter__(self) -> Server:
        environ = {**os.environ, "NODE_ENV": "production", **self.environ}
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environ, stdout=output, stderr=output
            )
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            ours = psutil.Process(self._process.pid).children(recursive=True)
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for child in ours:  # psutil knows them by id and start, so no stranger is meant
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port), 1).close()
                return
            time.sleep(_POLL_SECONDS)
        said = self._log.read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{self.name} did not start: {said}")

    def usage(self) -> Usage:
        """Return what the server has used so far."""
        return Usage(psutil.Process(self._process.pid))

    def log(self) -> str:
        """Return the end of what the server wrote."""
        return self._log.read_text(errors="replace")[-2000:]


@contextlib.contextmanager
def all_of(servers: Sequence[Server]) -> Iterator[None]:
    """Run several servers."""
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        yield
