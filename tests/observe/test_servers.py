"""Under granian and gunicorn any process' `/metrics` answers for all of them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.observe.conftest import GREETING, PURE, total

ROOT = Path(__file__).parent.parent.parent
WAIT = 60.0
"""Seconds for what a loaded machine takes its time for."""

BIN = Path(sys.executable).parent
SERVERS = {
    "granian": [
        BIN / "granian",
        *("--interface", "wsgi", "--factory", "--workers", "2", "--blocking-threads", "2"),
        "--respawn-failed-workers",
        *("--host", "127.0.0.1", "--port", "{port}", "tests.observe.hosted:create_app"),
    ],
    "gunicorn": [
        BIN / "gunicorn",
        *("--worker-class", "gthread", "--workers", "2", "--threads", "2"),
        *("--bind", "127.0.0.1:{port}", "tests.observe.hosted:create_app()"),
    ],
    "gunicorn, preloaded": [
        BIN / "gunicorn",
        *("--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "2"),
        *("--bind", "127.0.0.1:{port}", "tests.observe.hosted:create_app()"),
    ],
}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def get(url: str) -> requests.Response:
    """Ask on a connection of its own, so that any process may answer."""
    return requests.get(url, headers={"Connection": "close"}, timeout=WAIT)


def until(what, failed: str):
    """Return what `what` returns as soon as that is true."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        try:
            found = what()
        except requests.ConnectionError:
            found = None
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(failed)


@pytest.fixture(params=SERVERS)
def host(request, registry, tmp_path):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PURE)
    port = free_port()
    server = subprocess.Popen(
        [str(word).format(port=port) for word in SERVERS[request.param]],
        cwd=ROOT,
        env={
            **os.environ,
            "TINY_API_URL": registry.url,
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: get(f"{url}/healthz").ok, "the server did not start")
        yield url
    finally:
        server.terminate()
        server.wait(WAIT)


def test_each_process_answers_for_all_and_a_killed_one_is_remembered(host):
    pages = 0
    processes: set[str] = set()

    def both() -> bool:
        nonlocal pages
        answer = get(host)
        assert "Hello x" in answer.text
        processes.add(answer.headers["X-Process"])
        pages += 1
        return len(processes) == 2

    def says(processes: int) -> bool:
        text = get(f"{host}/metrics").text
        return (
            total(text, "tiny_slots_total") == pages
            and total(text, "tiny_pages_total") == pages
            and total(text, "tiny_processes") == processes
        )

    until(both, "only one process answers")
    # What the other one did comes with its next report.
    until(lambda: says(2), "the processes do not add up")
    os.kill(int(processes.pop()), signal.SIGKILL)

    def goes_on() -> bool:
        text = get(f"{host}/metrics").text
        return total(text, "tiny_slots_total") == pages and total(text, "tiny_processes") >= 1

    until(goes_on, "the counts of the killed process are lost")
    # A server that is stopped while it starts a process may leave it behind (granian does).
    processes.clear()
    until(both, "the killed process has no successor")
