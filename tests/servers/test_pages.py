"""Pages under the servers that people run: right from every process, streamed, counted."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.conftest import NAMES, Kind, ask_every_process
from tests.servers.connection import Connection
from tests.servers.hosts import (
    Answer,
    Host,
    deploy_good,
    eventually,
    instead_of,
    links_in,
    outcomes_in,
    shown,
)
from tiny_client.testing import FakeRegistry

FOR_EVER_SECONDS = 600.0


def test_page_is_right_from_every_process(host: Host, kind: Kind):
    for page in ask_every_process(host, kind):
        page.assert_whole()
        page.assert_has(*NAMES)


def test_no_bundle_is_fetched_more_than_once_a_process(
    host: Host, kind: Kind, registry: FakeRegistry, new_names
):
    names = new_names(3)
    deploy_good(registry, *names)

    def ask(_: int) -> Answer:
        return host.page(*names)

    with ThreadPoolExecutor(16) as visitors:
        for page in visitors.map(ask, range(64)):
            page.assert_whole()
            page.assert_has(*names)
    fetched = Counter(path for path in registry.paths if path.startswith("/tiny/bundle/"))
    of_these = {path: count for path, count in fetched.items() if any(n in path for n in names)}
    assert len(of_these) == len(names)
    assert max(of_these.values()) <= kind.workers, of_these


def test_metrics_of_a_process_count_every_slot_that_it_served(host: Host, kind: Kind):
    """Each process counts its own slots, so the sums are compared by process."""
    ask_every_process(host, kind)
    before = counts_by_process(host, kind)
    served = Counter(page.process for page in ask_every_process(host, kind))

    def every_slot_is_counted() -> bool:
        after = counts_by_process(host, kind)
        return all(
            after[process].total() - before[process].total() == len(NAMES) * pages
            for process, pages in served.items()
        )

    eventually(every_slot_is_counted)


def counts_by_process(host: Host, kind: Kind) -> dict[int, Counter[str]]:
    """Return the outcomes that each process counted."""
    found: dict[int, Counter[str]] = {}

    def every_process_has_answered() -> bool:
        with ThreadPoolExecutor(8) as readers:
            for answer in readers.map(lambda _: host.get("/metrics"), range(8)):
                found[int(answer.headers["X-Process"])] = outcomes_in(answer.text)
        return len(found) == kind.workers

    eventually(every_process_has_answered)
    return found


def test_early_hints_go_to_browsers_where_the_server_can_send_them(host: Host, kind: Kind):
    ask_every_process(host, kind)
    path = f"/page/{','.join(NAMES)}"
    with Connection(host.url, path, Sec_Fetch_Mode="navigate") as connection:
        hints, _, page = connection.rest().partition("HTTP/1.1 200 ")
    head, _, body = page.partition("\r\n\r\n")
    assert body.count(" is here") == len(NAMES)
    assert "103" not in head
    if kind.early_hints:
        assert hints.startswith("HTTP/1.1 103 Early Hints\r\n")
        preloaded = re.findall(r'<link rel="preload"[^>]* href="([^"]+)"', body)
        assert preloaded
        assert set(preloaded) <= set(links_in(hints))
    else:
        assert hints == ""


def test_clients_that_are_no_browsers_get_no_early_hints(host: Host, kind: Kind):
    ask_every_process(host, kind)
    with Connection(host.url, f"/page/{','.join(NAMES)}") as connection:
        assert connection.rest().startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "in place"])
def test_what_is_ready_arrives_while_a_slow_fragment_is_still_on_its_way(
    host: Host, kind: Kind, registry: FakeRegistry, new_names, streamed: bool
):
    ask_every_process(host, kind)
    (slow,) = new_names(1)
    deploy_good(registry, slow)
    # Nothing of the slow fragment leaves the registry before it is healed.
    registry.latency = FOR_EVER_SECONDS
    try:
        # In place, what stands after the slow fragment waits for it; streamed, it does not.
        names = ["First", slow, "Second"] if streamed else ["First", "Second", slow]
        query = f"?streamed={slow}" if streamed else ""
        with Connection(host.url, f"/page/{','.join(names)}{query}") as connection:
            early = connection.read_until(shown("Second"))
            assert shown("First") in early
            assert early.index("</head>") < early.index(shown("First"))
            assert shown(slow) not in early
            registry.latency = 0
            registry.heal()
            late = connection.rest()
    finally:
        registry.latency = 0
        registry.heal()
    assert (early + late).count(shown(slow)) == 1
    assert late.rstrip().endswith(("</html>", "0"))
    if not streamed:
        assert instead_of(slow) not in early + late
