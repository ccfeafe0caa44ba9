"""The whole registry is gone: releases that worked still do, and the rest is fallbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.faults.surviving import DEADLINE_SECONDS, MARGIN_SECONDS
from tests.faults.test_faulty_registry import never_accepting
from tests.servers.hosts import Host, deploy_good, eventually
from tiny_client.testing import FakeRegistry

PAGES = 5


@contextmanager
def refusing(registry: FakeRegistry) -> Iterator[None]:
    registry.down()
    yield
    registry.up()


@contextmanager
def hanging(registry: FakeRegistry) -> Iterator[None]:
    registry.hang()
    yield
    registry.heal()


@contextmanager
def failing(registry: FakeRegistry) -> Iterator[None]:
    registry.fail_with(503)
    yield
    registry.heal()


@contextmanager
def unreachable(registry: FakeRegistry) -> Iterator[None]:
    registry.down()
    with never_accepting(registry.url):
        yield
    registry.up()


OUTAGES = [refusing, hanging, failing, unreachable]


@pytest.fixture(params=OUTAGES, ids=lambda outage: outage.__name__)
def outage(request: pytest.FixtureRequest) -> Callable[[FakeRegistry], Iterator[None]]:
    return request.param


def test_releases_that_worked_are_served_through_an_outage(
    host: Host, registry: FakeRegistry, new_name, outage
):
    names = [new_name() for _ in range(3)]
    deploy_good(registry, *names)
    host.page(*names).assert_has(*names)

    def is_past_its_ttl() -> bool:
        page = host.page(*names)
        page.assert_whole()
        page.assert_has(*names)
        return all(host.outcomes(name)["stale"] > 0 for name in names)

    with outage(registry):
        eventually(is_past_its_ttl)
        for _ in range(PAGES):
            page = host.page(*names)
            page.assert_whole()
            page.assert_has(*names)
        for name in names:
            assert not host.outcomes(name).keys() & {"fallback", "breaker-open"}
    # And what was deployed meanwhile is taken over.
    registry.deploy(names[0], "1.0.0", umd="module.exports = () => 'the next one'")
    eventually(lambda: "the next one" in host.page(names[0]).text)


def test_fragments_never_seen_are_fallbacks_through_an_outage_and_there_after_it(
    host: Host, registry: FakeRegistry, new_name, outage
):
    names = [new_name() for _ in range(3)]
    deploy_good(registry, *names)
    query = f"?hasty={names[0]}&timeout={DEADLINE_SECONDS}"
    with outage(registry):
        page = host.page(names[0], "Header", query=query)
        page.assert_whole()
        page.assert_has_fallbacks(names[0])
        page.assert_has("Header")
        assert page.seconds < DEADLINE_SECONDS + MARGIN_SECONDS

    def are_all_there() -> bool:
        page = host.page(*names)
        page.assert_whole()
        return page.text.count(" is here") == len(names)

    eventually(are_all_there)
