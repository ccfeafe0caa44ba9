"""A registry that misbehaves for one fragment costs that fragment its slot, and nothing else."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.faults.surviving import assert_page_survives, page_with
from tests.servers.hosts import PLAIN, Host, deploy_good, good
from tiny_client.testing import FakeRegistry

Break = Callable[[FakeRegistry, str], None]

FAULTS: dict[str, Break] = {
    "hangs before headers": lambda registry, only: registry.hang("before headers", only=only),
    "hangs in headers": lambda registry, only: registry.hang("in headers", only=only),
    "hangs after headers": lambda registry, only: registry.hang("in body", only=only),
    "drips headers": lambda registry, only: registry.drip("headers", interval=0.2, only=only),
    "drips": lambda registry, only: registry.drip("body", interval=0.2, only=only),
    "answers 500": lambda registry, only: registry.fail_with(500, only=only),
    "dies before headers": lambda registry, only: registry.reset(only=only),
    "dies mid-body": lambda registry, only: registry.cut(only=only),
}

TEN_MEGABYTES = b"/*" + b"x" * 10_000_000 + b"*/"
BOMB = gzip.compress(bytes(100_000_000))
MOST_GROWTH_BYTES = 64 * 1024 * 1024
"""Generous: the benchmark holds the host to 20 MB."""


@pytest.mark.parametrize("where", ["/tiny/latest/", "/tiny/bundle/"], ids=["config", "bundle"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_page_survives_a_registry_that(
    host: Host, registry: FakeRegistry, new_name, fault: Break, where: str
):
    name = new_name()
    deploy_good(registry, name)
    fault(registry, where + name)
    assert_page_survives(host, name)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_page_that_streams_the_fragment_survives_a_registry_that(
    host: Host, registry: FakeRegistry, new_name, fault: Break
):
    name = new_name()
    deploy_good(registry, name)
    fault(registry, f"/tiny/bundle/{name}")
    assert_page_survives(host, name, streamed=True)


@contextmanager
def never_accepting(url: str) -> Iterator[None]:
    """Listen at an address with a backlog that is full, so that no connection comes about."""
    port = int(url.rpartition(":")[2])
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        try:
            yield
        finally:
            for filler in fillers:
                filler.close()


def test_page_survives_a_registry_that_hangs_on_connect(
    host: Host, registry: FakeRegistry, new_name
):
    name = new_name()
    deploy_good(registry, name)
    registry.down()
    with never_accepting(registry.url):
        assert_page_survives(host, name)


@pytest.mark.parametrize("where", ["/tiny/latest/", "/tiny/bundle/"], ids=["config", "bundle"])
def test_page_survives_a_redirect_and_nobody_follows_it(
    host: Host, registry: FakeRegistry, new_name, where: str
):
    name = new_name()
    deploy_good(registry, name)
    with FakeRegistry() as elsewhere:
        deploy_good(elsewhere, name)
        registry.redirect_to(f"{elsewhere.url}/tiny/latest/{name}/1.0.0", only=where + name)
        assert_page_survives(host, name)
        assert elsewhere.requests == []


def send_ten_megabytes(registry: FakeRegistry, name: str) -> None:
    registry.deploy(name, "1.0.0", umd=TEN_MEGABYTES, metadata=PLAIN)


def send_ten_megabytes_of_unknown_length(registry: FakeRegistry, name: str) -> None:
    send_ten_megabytes(registry, name)
    registry.hide_length(only=name)


def send_a_config_of_ten_megabytes(registry: FakeRegistry, name: str) -> None:
    deploy_good(registry, name)
    registry.answer_config(name, "1.0.0", TEN_MEGABYTES)


def send_a_gzip_bomb(registry: FakeRegistry, name: str) -> None:
    registry.deploy(name, "1.0.0", umd=BOMB, metadata=PLAIN)
    registry.encode_as("gzip", only=f"/tiny/bundle/{name}")


def send_a_gzip_bomb_for_a_config(registry: FakeRegistry, name: str) -> None:
    deploy_good(registry, name)
    registry.answer_config(name, "1.0.0", BOMB)
    registry.encode_as("gzip", only=f"/tiny/latest/{name}")


HUGE = [
    send_ten_megabytes,
    send_ten_megabytes_of_unknown_length,
    send_a_config_of_ten_megabytes,
    send_a_gzip_bomb,
    send_a_gzip_bomb_for_a_config,
]


@pytest.mark.parametrize("send", HUGE)
def test_page_survives_what_is_huge_and_the_host_does_not_grow(
    host: Host, registry: FakeRegistry, new_name, send: Break
):
    process = psutil.Process(host.page("Header", "Footer").process)
    before = process.memory_info().rss
    name = new_name()
    send(registry, name)
    assert_page_survives(host, name)
    with ThreadPoolExecutor(4) as visitors:
        for page in visitors.map(lambda _: page_with(host, name), range(12)):
            page.assert_whole()
            page.assert_has("Header", "Footer")
            page.assert_has_fallbacks(name)
    assert process.memory_info().rss - before < MOST_GROWTH_BYTES


def test_page_has_the_fragment_once_its_registry_is_whole_again(
    host: Host, registry: FakeRegistry, new_name
):
    name = new_name()
    registry.deploy(name, "1.0.0", umd=good(name), metadata=PLAIN)
    registry.fail_with(500, only=name)
    assert_page_survives(host, name)
    registry.heal()
    host.page("Header", name, "Footer").assert_has("Header", name, "Footer")
