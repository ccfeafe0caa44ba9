"""The zygote: a clean process that has V8 loaded and forks a worker whenever the host asks.

It has one thread and no way to the host but its control socket, on which it takes orders (see
`orders.py`) and never answers. When the host closes the socket, or dies, it kills every worker and
ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
from dataclasses import dataclass

from tiny_client.engine.hardening import die_with_parent, forbid_new_privileges, keep_only
from tiny_client.engine.orders import ORDER, SPAWN, STATUS
from tiny_client.engine.settings import EngineSettings
from tiny_client.engine.v8 import prepare_for_forks
from tiny_client.engine.worker import serve

__all__ = ["main"]


@dataclass(frozen=True)
class _Child:
    number: int
    obituary: socket.socket


class _Zygote:
    def __init__(self, control: socket.socket, settings: EngineSettings) -> None:
        self._control = control
        self._settings = settings
        self._children: dict[int, _Child] = {}
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)

    def run(self) -> None:
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            readable, _, _ = select.select([self._control, self._woken], [], [])
            if self._woken in readable:
                self._woken.recv(4096)
                self._reap()
            if self._control in readable and not self._obey():
                break
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)

    def _obey(self) -> bool:
        try:
            order, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 2)
        except OSError:
            return False
        if len(order) != ORDER.size:
            return False
        kind, number = ORDER.unpack(order)
        if kind == SPAWN:
            self._spawn(number, *(socket.socket(fileno=each) for each in descriptors))
        else:
            self._kill(number)
        return True

    def _spawn(self, number: int, link: socket.socket, obituary: socket.socket) -> None:
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            pid = -1  # the host sees its link close before the worker was ready
        if pid == 0:
            status = 1
            try:
                die_with_parent(zygote)
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                serve(keep_only(link), self._settings)
                status = 0
            finally:
                os._exit(status)
        link.close()
        if pid > 0:
            self._children[pid] = _Child(number, obituary)
        else:
            obituary.close()

    def _kill(self, number: int) -> None:
        # Only what this process has not reaped yet: so the process id is still that worker's.
        for pid, child in self._children.items():
            if child.number == number:
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid)
            with contextlib.suppress(OSError):  # the host may have lost interest
                child.obituary.send(STATUS.pack(status))
            child.obituary.close()


def main(control_number: int, settings_json: str) -> None:
    """Run the zygote on the control socket that it inherited; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the host's to act upon
    control = socket.socket(fileno=control_number)
    control.set_inheritable(False)
    forbid_new_privileges()
    prepare_for_forks()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)  # until here the host reads what goes wrong
    os.close(null)
    gc.collect()
    gc.freeze()  # workers share these pages as long as nobody writes to them
    _Zygote(control, EngineSettings(**json.loads(settings_json))).run()
    os._exit(0)
