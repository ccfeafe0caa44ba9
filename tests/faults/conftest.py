"""One host and one registry for all faults of a module; each test breaks a fragment of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.servers.hosts import Host, deploy_good, granian
from tiny_client.testing import FakeRegistry, no_leaks

FASTER_BREAKER = {
    "TINY_BREAKER_MIN_CALLS": "3",
    "TINY_BREAKER_PROBE_SECONDS": "0.2",
}

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def running_registry() -> Iterator[FakeRegistry]:
    with no_leaks(), FakeRegistry() as registry:
        deploy_good(registry, "Header", "Footer")
        yield registry


@pytest.fixture
def registry(running_registry: FakeRegistry) -> Iterator[FakeRegistry]:
    """The registry, whole again after each test."""
    yield running_registry
    running_registry.up()
    running_registry.heal()


@pytest.fixture(scope="module")
def host(running_registry: FakeRegistry, tmp_path_factory) -> Iterator[Host]:
    """A host that has shown the two good fragments already."""
    host = Host(
        granian,
        tmp_path_factory.mktemp("host"),
        running_registry.url,
        TINY_CACHE_TTL="0.2",
        **FASTER_BREAKER,
    )
    try:
        host.start()
        host.page("Header", "Footer").assert_has("Header", "Footer")
        yield host
    finally:
        host.stop()


@pytest.fixture
def new_name() -> Callable[[], str]:
    """Return names of fragments that nobody has asked for yet."""
    return lambda: f"Faulty{next(_numbers)}x"
