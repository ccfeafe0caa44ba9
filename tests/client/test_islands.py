"""The cache of finished elements: of pure fragments only, within its bytes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from markupsafe import Markup

from tiny_client.islands import Island, IslandCache, digest
from tiny_client.records import FragmentConfig
from tiny_client.slot import SlotRequest


@dataclass
class Fragment:
    config: FragmentConfig
    runtime: FragmentConfig


def fragment(*, pure: bool = True) -> Fragment:
    config = FragmentConfig("A", "1.0.0", "", "a.js", pure=pure)
    return Fragment(config, FragmentConfig("plain", "1", "", "plain.js"))


def request(props: str = "{}", hydrate: str = "load") -> SlotRequest:
    return SlotRequest("A", "1.0.0", props, None, hydrate, Markup(""))


@pytest.fixture
def cache() -> IslandCache:
    return IslandCache(10_000)


def test_island_is_kept_for_its_release_props_and_strategy(cache):
    of, island = fragment(), Island(b"x")
    cache.put(of, request(), "t0-", island)
    assert cache.get(of, request(), "t0-") is island
    assert cache.get(of, request('{"a":1}'), "t0-") is None
    assert cache.get(of, request(hydrate="never"), "t0-") is None
    assert cache.get(of, request(), "t1-") is None
    # The same words, but another config object: a release that came later.
    assert cache.get(fragment(), request(), "t0-") is None


def test_island_of_a_fragment_that_is_not_pure_is_not_kept(cache):
    of = fragment(pure=False)
    cache.put(of, request(), "t0-", Island(b"x"))
    assert cache.get(of, request(), "t0-") is None
    assert cache.size_bytes == 0


def test_cache_keeps_its_bytes_and_what_was_used_last(cache):
    of = fragment()
    for number in range(20):
        cache.put(of, request(f"[{number}]"), "t0-", Island(b"x" * 1000))
        assert cache.get(of, request("[0]"), "t0-") is not None
        assert cache.size_bytes <= 10_000
    assert cache.get(of, request("[1]"), "t0-") is None
    cache.put(of, request("[0]"), "t0-", Island(b""))
    cache.put(of, request("[big]"), "t0-", Island(b"x" * 10_000))
    assert cache.get(of, request("[big]"), "t0-") is None


def test_digest_tells_contents_apart_and_is_the_same_in_every_process():
    assert Island(b"a").digest == Island(b"a").digest == digest(b"a")
    assert digest(b"a") != digest(b"b")
    assert digest(b"a").hex() == "1ba3c523e770f3313cc91ab1"
