"""The host's side of a zygote: starts it, has it fork and kill workers, and ends it."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tiny_client.engine.descriptors import release, socket_pair
from tiny_client.engine.orders import KILL, ORDER, SPAWN
from tiny_client.engine.settings import EngineSettings

__all__ = ["Nursery", "NurseryClosed"]

# The zygote imports the engine's modules and what they stand on, but not the package around them:
# the empty modules keep `tiny_client/__init__.py`, so Flask and requests, out of it.
_BOOT = """
import sys, types
control, settings, client, *paths = sys.argv[1:]
sys.path += paths
for name, folder in {"tiny_client": client, "tiny_client.engine": client + "/engine"}.items():
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [folder]
from tiny_client.engine.zygote import main
main(int(control), settings)
"""

# Where an interpreter finds its own shared library; nothing else of the host's environment goes on.
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

_SECONDS_TO_END = 5.0


class NurseryClosed(Exception):
    """The zygote is gone; `reason` is what it said, if anything."""

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__(reason)


def _folder_of(module: str) -> str:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise NurseryClosed(f"the package {module} is not installed")
    return str(Path(spec.origin).parent.parent)


class Nursery:
    """A running zygote; raises NurseryClosed where it cannot be started or has gone."""

    def __init__(self, settings: EngineSettings) -> None:
        self._numbers = itertools.count(1)
        self._control, its_control = socket_pair()
        self._said, its_stderr = socket_pair()
        paths = dict.fromkeys((_folder_of("py_mini_racer"), _folder_of("msgspec")))
        try:
            self._process = subprocess.Popen(
                [
                    settings.python or sys.executable,
                    "-ISc",
                    _BOOT,
                    str(its_control.fileno()),
                    json.dumps(dataclasses.asdict(settings)),
                    str(Path(__file__).parent.parent),
                    *paths,
                ],
                env={key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=its_stderr.fileno(),
                pass_fds=(its_control.fileno(),),
                start_new_session=True,
            )
        except OSError as error:
            release(self._control, self._said)
            raise NurseryClosed(str(error)) from error
        finally:
            release(its_control, its_stderr)
        self.pid = self._process.pid

    def spawn(self) -> tuple[int, socket.socket, socket.socket]:
        """Have a worker forked: its number, the link to it, and where its end will be told."""
        number = next(self._numbers)
        link, its_link = socket_pair()
        obituary, its_obituary = socket_pair()
        order = ORDER.pack(SPAWN, number)
        try:
            socket.send_fds(self._control, [order], [its_link.fileno(), its_obituary.fileno()])
        except OSError as error:
            release(link, obituary)
            raise NurseryClosed(self.last_words()) from error
        finally:
            release(its_link, its_obituary)
        return number, link, obituary

    def kill(self, number: int) -> None:
        """Have a worker killed; harmless where it has ended, or the zygote and so all workers."""
        with contextlib.suppress(OSError):
            self._control.send(ORDER.pack(KILL, number))

    def alive(self) -> bool:
        """Tell whether the zygote runs."""
        return self._process.poll() is None

    def last_words(self) -> str:
        """Return what the zygote wrote before V8 was loaded: why it failed, if it did."""
        words = b""
        with contextlib.suppress(OSError):
            self._said.settimeout(0.1)
            while data := self._said.recv(65536):
                words += data
        return words.decode("utf-8", "replace").strip()[-1000:]

    def close(self) -> None:
        """End the zygote and every worker."""
        release(self._control)
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        release(self._said)

    def forget(self) -> None:
        """In a forked child: it is the parent's process, and none to wait for or to warn about."""
        self._process.returncode = 0
