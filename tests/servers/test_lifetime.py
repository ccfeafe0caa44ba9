"""How hosts start, stop and die: caches are shared, pages end whole, no process is left."""

from __future__ import annotations

import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.servers.conftest import KINDS, NAMES, PREFORK, Kind, ask_every_process, running
from tests.servers.connection import Connection
from tests.servers.hosts import Host, deploy_good, eventually, is_engine, is_gone, shown
from tiny_client.testing import FakeRegistry

FOR_EVER_SECONDS = 600.0


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def each_kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture(params=PREFORK.values(), ids=PREFORK)
def prefork_kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


def test_page_that_is_under_way_ends_whole_when_the_server_is_stopped(
    each_kind: Kind, tmp_path: Path, registry: FakeRegistry, new_names
):
    (slow,) = new_names(1)
    deploy_good(registry, slow)
    with running(each_kind, tmp_path, registry, TINY_CACHE_TTL="null") as host:
        ask_every_process(host, each_kind)
        registry.latency = FOR_EVER_SECONDS
        try:
            with Connection(host.url, f"/page/First,{slow}") as connection:
                early = connection.read_until(shown("First"))
                processes = host.processes()
                host.signal(signal.SIGTERM)
                eventually(lambda: refuses(host))
                registry.latency = 0
                registry.heal()
                late = connection.rest()
        finally:
            registry.latency = 0
            registry.heal()
        assert (early + late).count(shown(slow)) == 1
        assert "</html>" in late
        eventually(lambda: all(is_gone(process) for process in processes))


def refuses(host: Host) -> bool:
    """Tell whether the server has seen the signal: nobody answers a new connection.

    Under gunicorn it comes about all the same, and waits in the backlog.
    """
    try:
        with Connection(host.url, "/healthz", timeout=1) as connection:
            return connection.rest() == ""
    except OSError:
        return True


def test_engine_dies_with_the_processes_that_it_rendered_for(
    each_kind: Kind, tmp_path: Path, registry: FakeRegistry
):
    with running(each_kind, tmp_path, registry) as host:
        host.page(*NAMES).assert_has(*NAMES)
        engine = host.engine_processes()
        assert len(engine) >= 2, "a zygote and a worker"
        for process in host.processes():
            # A worker may end by itself when its server is gone.
            with suppress(psutil.NoSuchProcess):
                if not is_engine(process):
                    process.kill()
        eventually(lambda: all(is_gone(process) for process in engine))


def test_worker_that_is_killed_takes_its_engine_along_and_another_serves_the_next_page(
    tmp_path: Path, registry: FakeRegistry
):
    with running(KINDS["gunicorn, 2 workers"], tmp_path, registry) as host:
        first = host.page(*NAMES)
        worker = next(process for process in host.processes() if process.pid == first.process)
        engine = [process for process in worker.children(recursive=True) if is_engine(process)]
        assert engine
        worker.kill()
        eventually(lambda: all(is_gone(process) for process in engine))
        following = host.page(*NAMES)
        following.assert_whole()
        following.assert_has(*NAMES)
        assert following.process != first.process


def test_processes_share_the_cache_on_disk_and_a_restart_fetches_nothing(
    prefork_kind: Kind, tmp_path: Path, registry: FakeRegistry, new_names
):
    names = new_names(3)
    deploy_good(registry, *names)

    def fetched() -> Counter[str]:
        return Counter(
            path
            for path in registry.paths
            if path.startswith("/tiny/bundle/") and any(name in path for name in names)
        )

    for _ in range(2):
        with running(prefork_kind, tmp_path, registry) as host:
            host.page(*names).assert_has(*names)
            for page in ask_every_process(host, prefork_kind, *names):
                page.assert_has(*names)
        # The first page was alone, so every other process found what its process kept.
        assert list(fetched().values()) == [1, 1, 1]
