"""What arrives when: head first, ready slots in place, late ones as they become ready."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import pytest

from tests.client.conftest import GREETING, PLAIN
from tests.client.serving import LONG, Gates, put_gates, served
from tiny_client.composition import SlotOutcome, SlotRequest
from tiny_client.html import place_script

TOP = "<!doctype html><head>{{ fragment_head() }}</head><body>"
END = "</body></html>"
BROKEN = "module.exports = () => { throw new Error('broken') }"


def slot(name: str, more: str = "") -> str:
    return f'<p>{{{{ fragment("{name}", "1.0.0", name="{name}", fallback="soon", {more}) }}}}</p>'


@pytest.fixture
def greetings(registry) -> tuple[str, ...]:
    names = ("A", "B", "C")
    for name in names:
        registry.deploy(name, "1.0.0", umd=GREETING, css=f".{name}{{}}", metadata=PLAIN)
    return names


@pytest.fixture
def host(make_app, greetings):
    """Return a function that serves one page; it gives a visitor and the gates of the fragments."""
    opened: list[Gates] = []

    def make(page: str, **settings):
        app = make_app({"home": TOP + page + END}, **{**LONG, **settings})
        opened.append(put_gates(app))
        return app, opened[-1]

    yield make
    for gates in opened:
        gates.open()


def warm(app) -> None:
    """Load the fragments, so that their configs are known to the pages that follow."""
    client = app.extensions["tiny_mosaic"].composition.client
    for name in ("A", "B", "C"):
        client.load(name, "1.0.0")


def test_head_and_text_leave_before_any_fragment_is_ready(host):
    app, gates = host("<h1>Shop</h1>" + slot("A") + "<footer></footer>")
    warm(app)
    gates.shut("A")
    with served(app) as visitor, visitor.get("/home") as answer:
        first = answer.until("<h1>Shop</h1><p>")
        assert 'rel="stylesheet"' in first.partition("</head>")[0]
        assert 'rel="preload"' in first
        assert "tinyFrontendAConfig" in first
        assert "tiny-fragment name" not in first
        # A node after what has come, so the browser knows that it is complete.
        assert first.endswith("<p><!---->")
        gates.open("A")
        rest = answer.rest().removeprefix(first)
    assert rest.startswith("<tiny-fragment name")
    assert "Hello A" in rest
    assert rest.endswith("<footer></footer></body></html>")


def test_ready_slot_stands_in_place_while_a_slow_one_is_awaited(host):
    app, gates = host(slot("A") + slot("B"))
    gates.shut("B")
    with served(app) as visitor, visitor.get("/home") as answer:
        assert "Hello A" in answer.until("</p><p><!---->")
        gates.open("B")
        text = answer.rest()
    assert text.index("Hello A") < text.index("Hello B")
    assert "data-tiny-late" not in text


def test_streamed_slots_come_in_the_order_in_which_they_are_ready(host):
    app, gates = host(slot("A", "stream=True") + slot("B", "stream=True") + "<footer></footer>")
    gates.shut("A", "B")
    with served(app) as visitor, visitor.get("/home") as answer:
        first = answer.until("<footer></footer>")
        assert first.count('status="pending"') == 2
        link = '<noscript><a href="#tiny-late-0">A ↓</a></noscript>'
        assert f'data-tiny-slot="0">soon {link}</tiny-fragment>' in first
        assert "</body>" not in first
        gates.open("B")
        second = answer.until("tinyPlace(1)")
        assert "Hello B" in second
        assert "Hello A" not in second
        gates.open("A")
        text = answer.rest()
    assert text.index('id="tiny-late-1"') < text.index('id="tiny-late-0"')
    assert text.count("function tinyPlace") == 1
    assert text.endswith("tinyPlace(0)</script></body></html>")


def test_streamed_slot_that_is_at_hand_stands_in_place(host, registry):
    registry.deploy("A", "1.0.0", umd=GREETING, metadata={**PLAIN, "pure": True})
    app, _ = host(slot("A", "stream=True"))
    client = app.test_client()
    assert "Hello A" in client.get("/home").text
    text = client.get("/home").text
    assert re.search(r"<p><tiny-fragment .*Hello A", text)
    assert "tiny-late" not in text


def test_setting_lets_all_slots_of_an_app_come_late_and_a_template_says_otherwise(host):
    app, gates = host(slot("A") + slot("B", "stream=False"), TINY_STREAM=True)
    gates.shut("A", "B")
    with served(app) as visitor, visitor.get("/home") as answer:
        assert 'data-tiny-slot="0"' in answer.until("</p><p><!---->")
        gates.open()
        assert 'data-tiny-slot="1"' not in answer.rest()


def test_late_slot_that_fails_keeps_its_fallback_and_the_page_stays_whole(host, registry):
    registry.deploy("A", "1.0.0", umd=BROKEN, metadata=PLAIN)
    app, gates = host(slot("A", "stream=True"), TINY_SHOW_ERRORS=True)
    gates.shut("A")
    with served(app) as visitor, visitor.get("/home") as answer:
        assert ">soon <noscript>" in answer.until("</p>")
        gates.open("A")
        text = answer.rest()
    assert "<div id=" not in text
    assert re.search(r'tinyPlace\(0,"Cannot render fragment.*"\)</script></body></html>$', text)


def test_late_slot_that_never_comes_ends_with_its_deadline(host):
    app, gates = host(slot("A", "stream=True, timeout=0.2") + slot("B", "timeout=0.3"))
    gates.shut("A", "B")
    with served(app) as visitor, visitor.get("/home") as answer:
        text = answer.rest()
    assert 'status="pending"' in text
    assert 'status="fallback">soon</tiny-fragment>' in text
    assert text.endswith("tinyPlace(0)</script></body></html>")


def test_fragment_that_the_head_did_not_know_brings_its_tags_once(host, registry):
    registry.hang()
    page = slot("A") + slot("A") + slot("B", "stream=True, hydrate='never'")
    # What hangs is broken off when the registry heals, so it is asked again.
    app, _ = host(page, TINY_RETRY_MAX_RETRIES=3)
    with served(app) as visitor, visitor.get("/home") as answer:
        first = answer.until("<body>")
        assert "stylesheet" not in first
        assert 'type="module" async' in first
        registry.heal()
        text = answer.rest()
    body = text.partition("<body>")[2]
    nonce = re.search(r'nonce="([^"]+)"', first)[1]
    for once in ("tinyFrontendAConfig", "tinyFrontendplainConfig", 'as="script" href="/tiny'):
        assert body.count(once) == 1, once
    assert body.count('rel="stylesheet"') == 2
    assert "tinyFrontendBConfig" not in body
    assert body.index("tinyFrontendAConfig") < body.index('rel="stylesheet"')
    assert body.index('rel="stylesheet"') < body.index("<tiny-fragment")
    assert set(re.findall(r'nonce="([^"]+)"', text)) == {nonce}


def test_second_contract_version_has_a_key_of_its_own_though_it_comes_late(host, registry):
    registry.deploy("A", "2.0.0", umd=GREETING, metadata=PLAIN)
    page = slot("A") + '{{ fragment("A", "2.0.0", stream=True) }}'
    app, gates = host(page, TINY_RETRY_MAX_RETRIES=3)
    app.extensions["tiny_mosaic"].composition.client.load("A", "1.0.0")
    registry.hang(only="/A/2.0.0")
    gates.shut("A")
    with served(app) as visitor, visitor.get("/home") as answer:
        assert "tinyFrontendAConfig" in answer.until("<body>")
        gates.open("A")
        registry.heal()
        late = answer.rest().partition("<body>")[2]
    assert 'window["tinyFrontendA@2.0.0Config"]' in late
    assert "tinyFrontendAConfig" not in late


def test_page_without_a_body_end_has_late_slots_at_its_end(host, make_app):
    app, gates = host("")
    app.jinja_loader.mapping["home.html"] = "{{ fragment_head() }}" + slot("A", "stream=True")
    gates.shut("A")
    with served(app) as visitor, visitor.get("/home") as answer:
        answer.until("</p>")
        gates.open()
        assert answer.rest().endswith("tinyPlace(0)</script>")


def test_placing_script_keeps_its_size():
    script = place_script(49, "n" * 24, first=True)
    assert len(script.encode()) <= 400
    assert "innerHTML" not in script


class Watching:
    """An observer that notes what it is told, and then fails if it is to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.outcomes: list[tuple[str, str, bool]] = []
        self.ended = threading.Event()
        self._fails = fails

    def page(self) -> Watching:
        return self

    def slot(self, request: SlotRequest, outcome: SlotOutcome) -> None:
        self.outcomes.append((request.name, outcome.kind, outcome.late))
        self._fail()

    def done(self) -> None:
        self.ended.set()
        self._fail()

    def _fail(self) -> None:
        if self._fails:
            raise RuntimeError("of the observer")


def watched(app, **options) -> Watching:
    watching = Watching(**options)
    state = app.extensions["tiny_mosaic"]
    composition = replace(state.composition, observer=watching)
    app.extensions["tiny_mosaic"] = replace(state, composition=composition)
    return watching


def test_visitor_who_goes_away_leaves_nothing_behind(host):
    app, gates = host("<h1>Shop</h1>" + slot("A") + "x" * 200_000 + slot("B", "stream=True"))
    watching = watched(app)
    gates.shut("A", "B")
    with served(app) as visitor:
        with visitor.get("/home") as answer:
            answer.until("<h1>Shop</h1>")
        gates.open()
        assert watching.ended.wait(30)
    assert watching.outcomes[:1] in ([], [("A", "rendered", False)])


def test_observer_hears_of_each_slot_once_and_may_fail(host, caplog):
    app, gates = host(slot("A") + slot("B", "stream=True") + slot("No"))
    watching = watched(app, fails=True)
    gates.shut("B")
    with served(app) as visitor, visitor.get("/home") as answer:
        answer.until("data-tiny-slot")
        answer.until("fallback")
        gates.open()
        assert answer.rest().endswith("</html>")
    assert watching.ended.wait(30)
    assert watching.outcomes == [
        ("A", "rendered", False),
        ("No", "fallback", False),
        ("B", "rendered", True),
    ]
    assert "The observer of a page failed" in caplog.text


def test_page_shows_one_release_of_a_fragment_though_a_deploy_comes_in_between(host, registry):
    app, gates = host(slot("A") + slot("A"))
    gates.shut("A")
    client = app.extensions["tiny_mosaic"].composition.client
    client.load("A", "1.0.0")
    with served(app) as visitor, visitor.get("/home") as answer:
        answer.until("<body>")
        registry.deploy("A", "1.0.0", umd="module.exports = () => 'new'", metadata=PLAIN)
        client.load("A", "1.0.0", cache_ttl=0)
        gates.open()
        text = answer.rest()
    assert len(set(re.findall(r' release="([^"]+)"', text))) == 1


def test_state_for_the_bus_stands_before_its_script_wherever_it_was_given(host):
    app, _ = host('<p>{{ bus_state("shop:cart", 1) }}</p>' + slot("A"))
    text = app.test_client().get("/home").text
    assert text.index("data-bus-state") < text.index("data-app-id")
    assert "<p></p>" in text
