"""Workers, and the tabs of one origin."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

TOPICS = ["session:*", "cart", "shop:*"]


def test_a_worker_hears_answers_and_asks(host, until):
    host.evaluate("connectWorker(); line.ready")
    host.evaluate("lab.publish('count'); lab.publish('count')")
    until(
        host,
        "lab.heard.filter(([name]) => name === 'counted')",
        [["counted", "counter", 1], ["counted", "counter", 2]],
    )
    assert host.evaluate("lab.ask('counter:name')") == "counter"
    assert host.evaluate("lab.ask('counter:page')") == "shop"


def test_a_worker_is_called_on_its_own_scope(host):
    assert host.evaluate("connectWorker(), wrap(worker).double(21)") == 42


@pytest.fixture
def tabs(context, origins) -> list[Page]:
    """Two tabs that are joined."""
    opened = [context.new_page() for _ in range(2)]
    for tab in opened:
        tab.goto(f"{origins.page}/page.html")
        tab.evaluate("topics => connectTabs(topics)", TOPICS)
    return opened


def test_a_tab_hears_the_topics_and_no_more(tabs, until):
    one, two = tabs
    one.evaluate("lab.publish('cart:changed', 1); lab.publish('session:ended', 2)")
    until(two, "lab.heard", [["session:ended", "shop", 2]])
    assert one.evaluate("lab.heard.length") == 2


def test_a_tab_answers_another(tabs):
    one, two = tabs
    two.evaluate("lab.bus.respond('session:age', () => 5); 0")
    assert one.evaluate("lab.ask('session:age')") == 5


def test_values_are_shared_and_a_late_tab_gets_them(tabs, context, origins, until):
    one, two = tabs
    one.evaluate("lab.set('cart', { lines: 1 })")
    until(two, "lab.state.getSnapshot('cart')", {"lines": 1})
    two.evaluate("lab.set('cart', { lines: 2 })")
    until(one, "lab.state.getSnapshot('cart')", {"lines": 2})
    late = context.new_page()
    late.goto(f"{origins.page}/page.html")
    late.evaluate("topics => connectTabs(topics)", TOPICS)
    until(late, "lab.state.getSnapshot('cart')", {"lines": 2})


def test_two_changes_at_once_end_in_one_value_everywhere(tabs):
    for name, tab in zip("ab", tabs, strict=True):
        tab.evaluate("name => { for (let n = 0; n < 20; n++) lab.set('cart', name + n) }", name)

    for _ in range(400):
        one, two = [tab.evaluate("Object.values(lab.state.getEntry('cart'))") for tab in tabs]
        if one == two:
            break
        tabs[0].wait_for_timeout(25)
    assert one == two


def test_a_tab_that_closes_its_line_hears_no_more(tabs, until):
    one, two = tabs
    two.evaluate("line.close()")
    one.evaluate("lab.publish('session:ended')")
    assert one.evaluate("lab.ask('session:age', { timeoutMs: 100 })").startswith("timeout")
    assert two.evaluate("[line.state, lab.heard]") == ["closed", []]
