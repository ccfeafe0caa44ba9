"""What has to be true of a page with a faulty fragment, whatever the fault is."""

from __future__ import annotations

from collections import Counter

from tests.servers.hosts import Answer, Host, eventually

DEADLINE_SECONDS = 1.0
"""What the faulty fragment is given. Every fault that never ends would take 20 s or more."""

MARGIN_SECONDS = 8.0
"""For a busy machine; benchmarks/compose holds the page to 50 ms."""


def page_with(host: Host, faulty: str, *, streamed: bool = False) -> Answer:
    """Get the page of two good fragments and the faulty one, which may come late."""
    query = f"?hasty={faulty}&timeout={DEADLINE_SECONDS}"
    if streamed:
        query += f"&streamed={faulty}"
    return host.page("Header", faulty, "Footer", query=query)


def assert_page_survives(host: Host, faulty: str, *, streamed: bool = False) -> None:
    """The page is whole and in time, the slot counted once, and the host serves the next page."""
    page = page_with(host, faulty, streamed=streamed)
    page.assert_whole()
    page.assert_has("Header", "Footer")
    page.assert_has_fallbacks(faulty)
    assert page.seconds < DEADLINE_SECONDS + MARGIN_SECONDS
    eventually(lambda: host.outcomes(faulty) == Counter(fallback=1))

    following = host.page("Header", "Footer")
    following.assert_whole()
    following.assert_has("Header", "Footer")
    assert following.process == page.process
