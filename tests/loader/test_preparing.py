"""`prepare`: what happens between a new release's arrival and its taking the old one's place."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from tests.loader.conftest import SETTINGS
from tiny_client.loader import Loader


@pytest.fixture
def prepared():
    """What `prepare` was called with: the sources of the new and the old script."""
    return []


@pytest.fixture
def preparing(registry, clock, prepared):
    """Make loaders that note what they prepare, or call a function of the test instead."""
    made = []

    def make(prepare=None, **settings):
        def note(new, old):
            prepared.append((new.script.source, old.script.source))

        loader = Loader(
            registry.url,
            replace(SETTINGS, **settings),
            prepare=prepare or note,
            clock=clock,
            wall_clock=clock,
        )
        made.append(loader)
        return loader

    yield make
    for loader in made:
        loader.close()


def test_new_release_is_prepared_before_it_takes_the_place_of_the_old_one(
    registry, preparing, prepared, clock, eventually
):
    loader = preparing()
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(200)
    assert loader.load("Cart", "1.0.0").stale
    eventually(lambda: not loader.load("Cart", "1.0.0").stale)
    assert loader.load("Cart", "1.0.0").script.source == "2"
    assert prepared == [("2", "1")]


def test_old_release_is_served_while_the_new_one_is_prepared(registry, preparing, clock):
    begun, finish = threading.Event(), threading.Event()

    def prepare(new, old):
        begun.set()
        finish.wait(20)

    loader = preparing(prepare)
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(200)
    loader.load("Cart", "1.0.0")
    assert begun.wait(20)
    assert loader.load("Cart", "1.0.0").script.source == "1"
    finish.set()
    assert loader.load("Cart", "1.0.0", cache_ttl=0).script.source == "2"


def test_release_that_cannot_be_made_ready_leaves_the_old_one_in_place(
    registry, preparing, clock, caplog, eventually
):
    outcomes = [RuntimeError("no warm worker"), None]

    def prepare(new, old):
        if error := outcomes.pop(0):
            raise error

    loader = preparing(prepare)
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    release = registry.deploy("Cart", "1.0.0", umd="2")
    kept = loader.load("Cart", "1.0.0", cache_ttl=0)
    assert (kept.script.source, kept.stale) == ("1", True)
    assert f"Release {release} of Cart 1.0.0 could not be made ready" in caplog.text
    clock.forward(6)
    assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    # Nobody waits for it; the flight in the background brings it.
    eventually(lambda: loader.load("Cart", "1.0.0").script.source == "2")
    assert outcomes == []


def test_first_release_and_the_same_script_need_no_preparation(registry, preparing, prepared):
    loader = preparing()
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="1", css="a{}")
    assert loader.load("Cart", "1.0.0", cache_ttl=0).config.css_bundle
    assert prepared == []


def test_release_from_disk_is_replaced_only_after_preparation(
    registry, preparing, prepared, cache_dir
):
    registry.deploy("Cart", "1.0.0", umd="1")
    preparing(cache_dir=cache_dir).load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="2")
    restarted = preparing(cache_dir=cache_dir)
    assert restarted.load("Cart", "1.0.0").script.source == "1"
    assert restarted.load("Cart", "1.0.0", cache_ttl=0).script.source == "2"
    assert prepared == [("2", "1")]


def test_stats_count_loads_and_requests(registry, loader, clock, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    loader.load("Cart", "1.0.0")
    clock.forward(200)
    loader.load("Cart", "1.0.0")
    eventually(lambda: not loader.load("Cart", "1.0.0").stale)
    registry.remove("Cart", "1.0.0")
    loader.load("Cart", "1.0.0", cache_ttl=0)
    stats = loader.stats()
    assert (stats.fresh, stats.waited) == (2, 2)
    assert stats.stale >= 1
    assert stats.requests == {"ok": 2, "not-modified": 1, "not-found": 1, "failed": 0}
    assert stats.memory.hits == stats.fresh + stats.stale + 1
    assert (stats.memory.misses, stats.memory.entries) == (1, 1)
    assert 0 < stats.memory.size_bytes <= stats.memory.max_bytes
