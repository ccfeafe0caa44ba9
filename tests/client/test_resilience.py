"""What a host does about fragments that hang, fail and are replaced, with the real engine."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from tests.client.conftest import PLAIN
from tiny_client import EngineSettings, LoaderSettings, TinyClient
from tiny_client.errors import ComponentError, RenderError, RenderTimeout
from tiny_client.guard import BreakerSettings

CART = ("Cart", "1.0.0")
PURE = {**PLAIN, "pure": True}
OLD = "module.exports = (props) => `old ${props.n}`"
THROWS = "module.exports = () => { throw new Error('sold out') }"
THROWS_AT_TWO = "module.exports = ({ n }) => { if (n > 1) throw new Error('sold out'); return 'x' }"


@pytest.fixture
def make_client(registry):
    """Return a function that makes a client; its configs are always asked for."""
    made: list[TinyClient] = []

    def make(cache_ttl: float = 0, **settings) -> TinyClient:
        client = TinyClient(
            registry.url,
            loader=LoaderSettings(cache_dir=None, cache_ttl=cache_ttl),
            engine=EngineSettings(workers=2),
            **settings,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def until(condition: Callable[[], bool]) -> None:
    """Ask again and again, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come true within a minute"
        threading.Event().wait(0.005)


def together(work: Callable[[], object], number: int) -> list[object]:
    """Do the same on many threads at once and return what they got."""
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(work())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_release_that_throws_in_its_warm_up_never_takes_traffic(make_client, registry, caplog):
    client = make_client()
    old = registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    assert client.load(*CART).render({"n": 1}) == "old 1"
    bad = registry.deploy(*CART, umd=THROWS, metadata=PLAIN)
    fragment = client.load(*CART)
    assert fragment.stale
    assert fragment.config.release == old
    assert fragment.render({"n": 2}) == "old 2"
    assert client.stats().condemned == {CART: bad}
    said = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(said) == 1
    assert all(word in said[0] for word in ("Cart 1.0.0", bad, old, "sold out"))


def test_release_that_fails_under_traffic_gives_way_until_a_newer_one_arrives(
    make_client, registry
):
    client = make_client()
    old = registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    assert client.load(*CART).render({"n": 1}) == "old 1"
    bad = registry.deploy(*CART, umd=THROWS_AT_TWO, metadata=PLAIN)
    for _ in range(3):
        fragment = client.load(*CART)
        assert fragment.config.release == bad
        with pytest.raises(ComponentError):
            fragment.render({"n": 2})
    instead = client.load(*CART)
    assert (instead.stale, instead.config.release) == (True, old)
    assert instead.render({"n": 2}) == "old 2"
    with pytest.raises(ComponentError):
        client.load(*CART, release=bad).render({"n": 2})
    newer = registry.deploy(*CART, umd="module.exports = () => 'newer'", metadata=PLAIN)
    fragment = client.load(*CART)
    assert (fragment.stale, fragment.config.release) == (False, newer)
    assert fragment.render({"n": 2}) == "newer"
    assert client.stats().condemned == {}


def test_new_release_that_hangs_costs_no_page_anything(make_client, registry):
    client = make_client(cache_ttl=0.05)
    registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    together(lambda: client.load(*CART).render({"n": 1}), 8)
    registry.deploy(*CART, umd="module.exports = () => { for (;;); }", metadata=PLAIN)

    def is_condemned() -> bool:
        assert client.load(*CART).render({"n": 1}, timeout=60) == "old 1"
        return client.stats().condemned != {}

    until(is_condemned)
    assert client.load(*CART).render({"n": 1}) == "old 1"


def test_stand_in_is_at_hand_like_any_other_release(make_client, registry):
    client = make_client(cache_ttl=0.05, warm_props_bytes=0)
    registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    client.load(*CART).render({"n": 1})
    registry.deploy(*CART, umd=THROWS, metadata=PLAIN)

    def fails() -> bool:
        try:
            client.load(*CART).render({"n": 1})
        except RenderError:
            return True
        return False

    until(fails)
    until(lambda: not fails())
    fragment = None

    def at_hand() -> bool:
        nonlocal fragment
        client.load(*CART)
        fragment = client.at_hand(*CART)
        return fragment is not None

    until(at_hand)
    assert fragment.stale
    assert fragment.render({"n": 3}) == "old 3"


def test_caller_with_too_little_time_condemns_no_release(make_client, registry):
    client = make_client()
    registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    client.load(*CART).render({"n": 1})
    slow = "() => { const end = Date.now() + 50; while (Date.now() < end); return 'new' }"
    registry.deploy(*CART, umd=f"module.exports = {slow}", metadata=PLAIN)
    fragment = client.load(*CART)
    for _ in range(6):
        with pytest.raises(RenderError):
            fragment.render({"n": 1}, timeout=0.001)
    assert client.stats().condemned == {}
    assert client.load(*CART).render({"n": 1}) == "new"


def test_old_release_serves_while_the_new_one_is_warmed_and_then_nothing_is_cold(
    make_client, registry, monkeypatch
):
    client = make_client(cache_ttl=0.05)
    old = registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    together(lambda: client.load(*CART).render({"n": 1}), 8)
    warming, go, warm = threading.Event(), threading.Event(), client.engine.warm

    def gated(job, *, timeout):
        warming.set()
        assert go.wait(60)
        warm(job, timeout=timeout)

    monkeypatch.setattr(client.engine, "warm", gated)
    new = registry.deploy(*CART, umd="module.exports = ({ n }) => `new ${n}`", metadata=PLAIN)
    until(lambda: client.load(*CART) is not None and warming.is_set())
    for _ in range(5):
        fragment = client.load(*CART)
        assert fragment.config.release == old
        assert fragment.render({"n": 1}) == "old 1"
    go.set()
    until(lambda: client.load(*CART).config.release == new)
    cold = client.stats().engine.cold_renders
    fragment = client.load(*CART)
    assert set(together(lambda: fragment.render({"n": 1}), 8)) == {"new 1"}
    assert client.stats().engine.cold_renders == cold


def test_pure_fragment_is_rendered_once_however_many_ask_at_a_time(make_client, registry):
    client = make_client(cache_ttl=60)
    registry.deploy(*CART, umd=OLD, metadata=PURE)
    fragment = client.load(*CART)
    before = client.stats().engine.renders
    assert together(lambda: fragment.render({"n": 7}), 12) == ["old 7"] * 12
    assert client.stats().engine.renders == before + 1
    shared = fragment.render_json('{"n":7}', None, "", 5.0)
    assert shared.cached
    registry.deploy("Bad", "1.0.0", umd=THROWS, metadata=PURE)
    bad = client.load("Bad", "1.0.0")
    with pytest.raises(ComponentError):
        bad.render()


def test_who_has_no_time_to_wait_for_the_render_of_another_is_told_so(
    make_client, registry, monkeypatch
):
    client = make_client(cache_ttl=60)
    registry.deploy(*CART, umd=OLD, metadata=PURE)
    fragment = client.load(*CART)
    begun, go, render = threading.Event(), threading.Event(), client.engine.render

    def gated(job, *, timeout):
        begun.set()
        assert go.wait(60)
        return render(job, timeout=timeout)

    monkeypatch.setattr(client.engine, "render", gated)
    first = threading.Thread(target=lambda: fragment.render({"n": 1}, timeout=60))
    first.start()
    assert begun.wait(60)
    with pytest.raises(RenderTimeout, match=r"under way did not end within 0\.01 s"):
        fragment.render({"n": 1}, timeout=0.01)
    go.set()
    first.join()
    assert fragment.rendered_at_hand('{"n":1}', None, "") == "old 1"


def test_client_says_what_its_parts_hold(make_client, registry):
    client = make_client(cache_ttl=60)
    registry.deploy(*CART, umd=OLD, metadata=PURE)
    for _ in range(3):
        client.load(*CART).render({"n": 1})
    client.guard.begin(CART)
    stats = client.stats()
    assert (stats.rendered.hits, stats.rendered.misses, stats.rendered.entries) == (2, 1, 1)
    assert 0 < stats.rendered.size_bytes <= stats.rendered.max_bytes
    assert stats.engine.renders == 1
    assert stats.loader.requests["ok"] >= 2
    assert stats.breakers == {CART: "closed"}
    assert stats.condemned == {}


def test_fragment_that_hangs_beside_others_keeps_its_threads_and_they_are_served(
    make_app, registry
):
    registry.deploy("Hangs", "1.0.0", umd=OLD, metadata=PLAIN)
    registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    page = (
        "<html><head>{{ fragment_head() }}</head><body>"
        "{{ fragment('Hangs', '1.0.0', n=1, fallback='Soon back') }}"
        "{{ fragment('Cart', '1.0.0', n=1) }}"
        "</body></html>"
    )
    app = make_app(
        {"page": page},
        TINY_SLOT_THREADS=4,
        TINY_FRAGMENT_CONCURRENCY=1,
        TINY_FRAGMENT_TIMEOUT=1.0,
        TINY_BREAKER_MIN_CALLS=2,
        TINY_BREAKER_PROBE_SECONDS=0.05,
    )
    client = app.extensions["tiny_mosaic"].composition.client
    client.load(*CART).render({"n": 1})
    registry.hang(only="Hangs")
    pages = together(lambda: app.test_client().get("/page").text, 8)
    assert all("old 1" in text and "Soon back" in text for text in pages)
    fillers = [t for t in threading.enumerate() if t.name.startswith("tiny-slot")]
    assert 0 < len(fillers) <= 4
    until(lambda: "Soon back" in app.test_client().get("/page").text and breaker_is_open(client))
    registry.heal()
    until(lambda: app.test_client().get("/page").text.count("old 1") == 2)
    assert client.stats().breakers[CART] == "closed"


def breaker_is_open(client: TinyClient) -> bool:
    return client.stats().breakers["Hangs", "1.0.0"] != "closed"


def test_release_fallback_can_be_switched_off(make_client, registry):
    client = make_client(breaker=BreakerSettings(release_failures=0))
    registry.deploy(*CART, umd=OLD, metadata=PLAIN)
    client.load(*CART).render({"n": 1})
    registry.deploy(*CART, umd=THROWS, metadata=PLAIN)
    for _ in range(6):
        with pytest.raises(ComponentError):
            client.load(*CART).render({"n": 1})
