"""Hosts as processes of their own, under the servers that people run, and what they answered."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests
from prometheus_client.parser import text_string_to_metric_families

from e2e.site import Server, free_port
from tiny_client.testing import FakeRegistry

APP = "tests.servers.app:create_app"
THREADS = 16
PATIENCE_SECONDS = 60.0
PLAIN = {"runtime": {"name": "plain", "contractVersion": "1"}}


def granian(port: int, workers: int = 1) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", APP),
    ]


def gunicorn(port: int, workers: int = 2, *, preload: bool = False) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"),
        *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
        *("--threads", str(THREADS), "--log-level", "warning"),
        *(["--preload"] if preload else []),
        f"{APP}()",
    ]


@dataclass(frozen=True)
class Answer:
    """A page as it arrived; `seconds` from the request to its last byte, `process` made it."""

    status: int
    text: str
    seconds: float
    process: int

    def assert_whole(self) -> None:
        assert self.status == 200, self.text
        assert self.text.startswith("<!doctype html>")
        assert self.text.rstrip().endswith("</html>")

    def assert_has(self, *names: str) -> None:
        for name in names:
            assert self.text.count(shown(name)) == 1, (name, self.text)
            assert instead_of(name) not in self.text, self.text

    def assert_has_fallbacks(self, *names: str) -> None:
        for name in names:
            assert self.text.count(instead_of(name)) == 1, (name, self.text)
            assert shown(name) not in self.text, self.text


def good(name: str) -> str:
    """Return the bundle of a fragment that works."""
    return f"module.exports = () => {shown(name)!r}"


def shown(name: str) -> str:
    """Return the HTML of the fragment that works."""
    return f"<p>{name} is here</p>"


def instead_of(name: str) -> str:
    """Return the fragment's fallback, as the template has it."""
    return f"[instead of {name}]"


def deploy_good(registry: FakeRegistry, *names: str) -> None:
    for name in names:
        registry.deploy(name, "1.0.0", umd=good(name), metadata=PLAIN)


class Host(Server):
    """A host under one server, with timeouts so long that a busy machine meets none of them.

    A page names the fragment that has less time.
    """

    def __init__(
        self,
        command: Callable[[int], list[str]],
        folder: Path,
        api_url: str,
        **settings: str,
    ):
        port = free_port()
        environ = {
            "TINY_API_URL": api_url,
            "TINY_CACHE_DIR": str(folder / "cache"),
            "TINY_ENGINE_WORKERS": "2",
            "TINY_FRAGMENT_TIMEOUT": "50",
            "TINY_PAGE_TIMEOUT": "50",
            "TINY_CONNECT_TIMEOUT": "30",
            "TINY_READ_TIMEOUT": "30",
            "TINY_LOAD_TIMEOUT": "50",
            "TINY_RETRY_BACKOFF": "0.1",
            "TINY_ENGINE_RENDER_TIMEOUT": "5",
            "TINY_ENGINE_FIRST_RENDER_TIMEOUT": "5",
            "TINY_ENGINE_QUEUE_TIMEOUT": "20",
            "TINY_ENGINE_HEAP_BYTES": str(64 * 1024 * 1024),
            "TINY_BREAKER_SLOW_SECONDS": "20",
            **settings,
        }
        super().__init__("host", command(port), port, folder, **environ)

    def page(self, *names: str, query: str = "") -> Answer:
        """Get the page of these fragments on a connection of its own."""
        start = time.monotonic()
        answer = self.get(f"/page/{','.join(names)}{query}")
        seconds = time.monotonic() - start
        return Answer(answer.status_code, answer.text, seconds, int(answer.headers["X-Process"]))

    def outcomes(self, name: str) -> Counter[str]:
        """Return how slots of a fragment ended, as the one process of the host counted them."""
        return outcomes_in(self.get("/metrics").text, name)

    def get(self, path: str) -> requests.Response:
        """Get an address; a failure tells what the host wrote."""
        try:
            return requests.get(self.url + path, timeout=2 * PATIENCE_SECONDS)
        except requests.RequestException as error:
            error.add_note(self.log())
            raise

    def processes(self) -> list[psutil.Process]:
        """Return the server's process and all that came from it."""
        server = psutil.Process(self.pid)
        return [server, *server.children(recursive=True)]

    def engine_processes(self) -> list[psutil.Process]:
        return [each for each in self.processes() if is_engine(each)]


def outcomes_in(metrics: str, name: str | None = None) -> Counter[str]:
    """Return the slots served by outcome, of one fragment or of all."""
    found: Counter[str] = Counter()
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name == "tiny_slots_total" and name in (None, sample.labels["fragment"]):
                found[sample.labels["outcome"]] += int(sample.value)
    return +found


def metric(metrics: str, name: str, **labels: str) -> float:
    """Return one metric, summed over the labels that are not given; 0 where there is none."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def is_engine(process: psutil.Process) -> bool:
    """Tell whether it is the engine's zygote or one of its workers."""
    try:
        return "tiny_client.engine" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def is_gone(process: psutil.Process) -> bool:
    """Tell whether it has ended; what nobody has asked after yet has ended too."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def eventually(condition: Callable[[], object]) -> None:
    """Wait until the condition holds; fail if it never does."""
    pause = threading.Event()
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "The condition never came true"
        pause.wait(0.05)


def links_in(head: str) -> list[str]:
    """Return the addresses in Link headers."""
    return re.findall(r"^link: *<([^>]+)>", head, re.IGNORECASE | re.MULTILINE)
