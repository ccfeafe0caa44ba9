"""The servers that people run a host under, each started once for the tests of a module."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.servers.hosts import Answer, Host, deploy_good, eventually, granian, gunicorn, is_gone
from tiny_client.testing import FakeRegistry, no_leaks

NAMES = ("First", "Second", "Third")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Kind:
    """A way to run a host: the command for a port, and how many processes answer."""

    command: Callable[[int], list[str]]
    workers: int
    early_hints: bool = False


KINDS = {
    "granian": Kind(granian, 1),
    "granian, 2 workers": Kind(partial(granian, workers=2), 2),
    "gunicorn, 2 workers": Kind(gunicorn, 2, early_hints=True),
    "gunicorn, 2 workers, preload": Kind(partial(gunicorn, preload=True), 2, early_hints=True),
}
PREFORK = {name: kind for name, kind in KINDS.items() if kind.workers > 1}


@contextmanager
def running(kind: Kind, folder: Path, registry: FakeRegistry, **settings: str) -> Iterator[Host]:
    """Run a host; when it has stopped, nothing of it is left."""
    folder.mkdir(parents=True, exist_ok=True)
    host = Host(kind.command, folder, registry.url, **settings)
    try:
        host.start()
        yield host
    finally:
        processes = host.processes() if host.is_running() else []
        host.stop()
    eventually(lambda: all(is_gone(process) for process in processes))


def ask_every_process(host: Host, kind: Kind, *names: str) -> list[Answer]:
    """Ask for the page of these fragments until every process of the server has answered."""
    pages: list[Answer] = []

    def every_process_has_answered() -> bool:
        with ThreadPoolExecutor(8) as visitors:
            pages.extend(visitors.map(lambda _: host.page(*(names or NAMES)), range(8)))
        return len({page.process for page in pages}) == kind.workers

    eventually(every_process_has_answered)
    return pages


@pytest.fixture(scope="module")
def registry() -> Iterator[FakeRegistry]:
    with no_leaks(), FakeRegistry() as registry:
        deploy_good(registry, *NAMES)
        yield registry


@pytest.fixture(scope="module", params=KINDS.values(), ids=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture(scope="module")
def host(kind: Kind, registry: FakeRegistry, tmp_path_factory) -> Iterator[Host]:
    """A host whose fragments stay current for as long as the tests run."""
    with running(kind, tmp_path_factory.mktemp("host"), registry, TINY_CACHE_TTL="null") as host:
        host.page(*NAMES).assert_has(*NAMES)
        yield host


@pytest.fixture
def new_names() -> Callable[[int], list[str]]:
    """Return names of fragments that nobody has asked for yet."""
    return lambda count: [f"New{next(_numbers)}x" for _ in range(count)]
