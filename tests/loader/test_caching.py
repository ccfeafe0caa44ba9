"""The rows of "Loading options": TTLs, shared flights, failures, stale-while-revalidate."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tiny_client.errors import (
    ConfigurationError,
    FragmentNotFound,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.loader import LoaderSettings

CONFIG = "/tiny/latest/Cart/1.0.0"


def configs_asked(registry):
    return registry.paths.count(CONFIG)


def bundles_asked(registry):
    return sum("/tiny/bundle/" in path for path in registry.paths)


def test_load_returns_config_and_script(registry, loader):
    release = registry.deploy(
        "Cart",
        "1.0.0",
        umd="cart()",
        css=".cart{}",
        metadata={"runtime": {"name": "react", "contractVersion": "19"}, "pure": True, "team": "x"},
    )
    loaded = loader.load("Cart", "1.0.0")
    config = loaded.config
    assert (config.name, config.contract_version, config.release) == ("Cart", "1.0.0", release)
    assert config.base_url == registry.url
    assert config.runtime is not None
    assert config.runtime.name == "react"
    assert config.pure
    assert config.css_bundle is not None
    assert config.raw["team"] == "x"
    assert loaded.script.source == "cart()"
    assert loaded.script.name == config.umd_bundle
    assert not loaded.stale


def test_server_bundle_is_what_the_server_evaluates(registry, loader):
    registry.deploy("react", "19", umd="browser()", server="server()")
    assert loader.load("react", "19").script.source == "server()"


def test_foreign_config_of_two_fields_is_enough(registry, loader):
    registry.put_bundle("Cart.umd.1650000000000.js", "foreign()")
    registry.answer_config("Cart", "1.0.0", '{"umdBundle": "Cart.umd.1650000000000.js"}')
    loaded = loader.load("Cart", "1.0.0")
    assert loaded.script.source == "foreign()"
    assert loaded.config.release == ""
    assert loaded.config.runtime is None


def test_base_url_may_have_a_path_and_a_trailing_slash(registry, make_loader):
    with pytest.raises(FragmentNotFound) as caught:
        make_loader(f"{registry.url}/some/path/").load("Cart", "1.0.0")
    assert caught.value.url == f"{registry.url}/some/path{CONFIG}"


def test_ttl_left_out_is_two_minutes():
    assert LoaderSettings().cache_ttl == 120.0


def test_config_is_reused_while_younger_than_the_ttl(registry, loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    loaded = loader.load("Cart", "1.0.0")
    clock.forward(119.9)
    assert loader.load("Cart", "1.0.0") is loaded
    assert configs_asked(registry) == 1


def test_ttl_none_is_for_ever(registry, make_loader, clock):
    loader = make_loader(cache_ttl=None)
    registry.deploy("Cart", "1.0.0", umd="1")
    loaded = loader.load("Cart", "1.0.0")
    clock.forward(10**9)
    assert loader.load("Cart", "1.0.0") is loaded
    assert configs_asked(registry) == 1


def test_ttl_zero_asks_on_every_call_and_still_fills_the_cache(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    for _ in range(3):
        loader.load("Cart", "1.0.0", cache_ttl=0)
    assert configs_asked(registry) == 3
    second = registry.deploy("Cart", "1.0.0", umd="2")
    assert loader.load("Cart", "1.0.0", cache_ttl=0).config.release == second
    assert loader.load("Cart", "1.0.0").config.release == second
    assert configs_asked(registry) == 4


def test_ttl_belongs_to_the_caller_not_to_the_entry(registry, loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0", cache_ttl=None)
    clock.forward(50)
    assert not loader.load("Cart", "1.0.0", cache_ttl=60).stale
    assert not loader.load("Cart", "1.0.0", cache_ttl=None).stale
    assert loader.load("Cart", "1.0.0", cache_ttl=40).stale


def test_age_counts_from_the_start_of_the_fetch(registry, loader, clock, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.hang()
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(loader.load, "Cart", "1.0.0")
        eventually(lambda: configs_asked(registry) == 1)
        clock.forward(100)
        registry.answer_config("Cart", "1.0.0", "{}")
        registry.deploy("Cart", "1.0.0", umd="1")
        registry.heal()
        with pytest.raises(RegistryUnavailable):
            loading.result()
        # The flight that is broken off does not count; the next one does, from its start.
        registry.latency = 0.2
        loading = pool.submit(loader.load, "Cart", "1.0.0")
        eventually(lambda: configs_asked(registry) == 2)
        clock.forward(100)
        loading.result()
    assert loader.load("Cart", "1.0.0", cache_ttl=101).stale is False
    assert loader.load("Cart", "1.0.0", cache_ttl=100).stale is True


@pytest.mark.parametrize("ttl", [-1, float("nan"), float("inf"), "120", True])
def test_impossible_ttl_is_refused(loader, ttl):
    with pytest.raises(ConfigurationError, match="cache_ttl"):
        loader.load("Cart", "1.0.0", cache_ttl=ttl)


def test_bundle_is_fetched_once_while_its_name_is_the_same(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1", metadata={"note": "a"})
    first = loader.load("Cart", "1.0.0", cache_ttl=0)
    registry.deploy("Cart", "1.0.0", umd="1", metadata={"note": "b"})
    second = loader.load("Cart", "1.0.0", cache_ttl=0)
    assert second.config.raw["note"] == "b"
    assert second.script is first.script
    assert bundles_asked(registry) == 1


def test_identical_bytes_under_two_names_are_held_once(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="a long text that two fragments share")
    registry.deploy("Basket", "1.0.0", umd="a long text that two fragments share")
    cart, basket = loader.load("Cart", "1.0.0").script, loader.load("Basket", "1.0.0").script
    assert cart.key == basket.key
    assert cart.source is basket.source
    assert cart.name != basket.name


def test_unchanged_config_is_asked_for_with_its_entity_tag(registry, loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    first = loader.load("Cart", "1.0.0")
    clock.forward(1000)
    again = loader.load("Cart", "1.0.0", cache_ttl=0)
    assert again is first
    assert "if-none-match" in registry.requests[-1].headers
    assert loader.load("Cart", "1.0.0") is first
    assert configs_asked(registry) == 2


@pytest.mark.parametrize("ttl", [0, 60])
def test_parallel_calls_share_one_flight(registry, loader, ttl, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.latency = 0.3
    barrier = threading.Barrier(8)

    def load():
        barrier.wait()
        return loader.load("Cart", "1.0.0", cache_ttl=ttl)

    with ThreadPoolExecutor(8) as pool:
        results = [one.result() for one in [pool.submit(load) for _ in range(8)]]
    assert len({id(result) for result in results}) == 1
    assert configs_asked(registry) == 1
    assert bundles_asked(registry) == 1


def test_parallel_calls_share_the_failure_and_it_is_not_cached(registry, loader):
    registry.latency = 0.3
    barrier = threading.Barrier(5)

    def load():
        barrier.wait()
        with pytest.raises(FragmentNotFound) as caught:
            loader.load("Cart", "1.0.0")
        return caught.value

    with ThreadPoolExecutor(5) as pool:
        errors = [one.result() for one in [pool.submit(load) for _ in range(5)]]
    assert len({id(error) for error in errors}) == 1
    assert configs_asked(registry) == 1
    registry.latency = 0
    registry.deploy("Cart", "1.0.0", umd="1")
    assert loader.load("Cart", "1.0.0").script.source == "1"


def test_keys_that_join_to_the_same_text_are_two_entries(registry, loader):
    registry.deploy("a-b", "1", umd="first")
    registry.deploy("a", "b-1", umd="second")
    assert loader.load("a-b", "1").script.source == "first"
    assert loader.load("a", "b-1").script.source == "second"


@pytest.mark.parametrize("name", ["", "1a", "a/b", "../x", "a b", "a" * 65, "ä", "a\n", None, 3])
def test_name_outside_the_grammar_is_refused(registry, loader, name):
    with pytest.raises(ConfigurationError, match="fragment name"):
        loader.load(name, "1.0.0")
    assert registry.requests == []


@pytest.mark.parametrize("version", ["", "../1", "1/2", "1 0", "-1", "1" * 65, "1.0.0\n"])
def test_version_outside_the_grammar_is_refused(registry, loader, version):
    with pytest.raises(ConfigurationError, match="contract version"):
        loader.load("Cart", version)
    assert registry.requests == []


def test_names_are_encoded_for_the_address(registry, loader):
    registry.deploy("Cart", "1.0.0+build.5", umd="1")
    loader.load("Cart", "1.0.0+build.5")
    assert registry.paths[0] == "/tiny/latest/Cart/1.0.0%2Bbuild.5"


def test_past_the_ttl_the_old_release_is_served_while_one_flight_refreshes(
    registry, loader, clock, eventually
):
    first = registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(121)
    registry.latency = 0.2
    for _ in range(20):
        loaded = loader.load("Cart", "1.0.0")
        assert (loaded.config.release, loaded.stale) == (first, True)
    eventually(lambda: loader.load("Cart", "1.0.0").config.release == second)
    assert configs_asked(registry) == 2
    assert not loader.load("Cart", "1.0.0").stale


def test_beyond_max_stale_the_call_waits_for_the_registry(registry, loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(120 + 3600)
    assert loader.load("Cart", "1.0.0").config.release == second


def test_beyond_max_stale_and_registry_down_the_last_good_release_is_served(
    registry, loader, clock
):
    first = registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.down()
    clock.forward(10**6)
    loaded = loader.load("Cart", "1.0.0")
    assert (loaded.config.release, loaded.stale) == (first, True)


def test_failed_refresh_is_not_tried_again_before_the_backoff(registry, loader, clock, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.fail_with(500)
    assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    for _ in range(5):
        assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    assert configs_asked(registry) == 2
    clock.forward(5.1)
    assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    eventually(lambda: configs_asked(registry) == 3)


def test_outage_is_logged_once_and_so_is_its_end(registry, loader, clock, caplog, eventually):
    caplog.set_level(logging.INFO, "tiny_client.loader")
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.fail_with(503)
    for attempt in range(4):
        loader.load("Cart", "1.0.0", cache_ttl=0)
        eventually(lambda asked=attempt: configs_asked(registry) == asked + 2)
        clock.forward(6)
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "503" in warnings[0].message
    assert "last good" in warnings[0].message
    registry.heal()
    eventually(lambda: not loader.load("Cart", "1.0.0", cache_ttl=1).stale)
    assert "again, after" in caplog.records[-1].message


def test_registry_that_lost_the_fragment_does_not_take_the_page_down(registry, loader, caplog):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.remove("Cart", "1.0.0")
    assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


@pytest.mark.parametrize("way", ["gone", "other bytes", "too large", "odd config"])
def test_release_is_switched_whole_or_not_at_all(registry, make_loader, way):
    loader = make_loader(max_bundle_bytes=1000)
    first = registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="2" * 2000 if way == "too large" else "2")
    bundle = registry.release("Cart", "1.0.0").config["umdBundle"]
    if way == "gone":
        registry.remove_bundle(bundle)
    elif way == "other bytes":
        registry.put_bundle(bundle, "evil()")
    elif way == "odd config":
        registry.answer_config("Cart", "1.0.0", '{"umdBundle": 7}')
    loaded = loader.load("Cart", "1.0.0", cache_ttl=0)
    assert (loaded.config.release, loaded.script.source, loaded.stale) == (first, "1", True)


def test_callers_wait_is_bounded_by_its_own_timeout(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.hang()
    with pytest.raises(RegistryTimeout, match="caller's time"):
        loader.load("Cart", "1.0.0", timeout=0.05)
    with pytest.raises(RegistryTimeout):
        loader.load("Cart", "1.0.0", timeout=0)
    assert configs_asked(registry) == 1


def test_flight_goes_on_for_others_when_one_caller_gives_up(registry, loader, eventually):
    registry.deploy("Cart", "1.0.0", umd="1")
    registry.latency = 0.3
    with pytest.raises(RegistryTimeout):
        loader.load("Cart", "1.0.0", timeout=0.01)
    assert loader.load("Cart", "1.0.0").script.source == "1"
    assert configs_asked(registry) == 1


def test_one_vain_wait_is_enough_where_there_is_a_last_good_release(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader.load("Cart", "1.0.0")
    registry.hang()
    assert loader.load("Cart", "1.0.0", cache_ttl=0, timeout=0.2).stale
    # The same flight has used up this patience already.
    flight = next(iter(loader._refresher._flights.values()))
    assert not flight.wait(0)
    assert loader.load("Cart", "1.0.0", cache_ttl=0, timeout=0.1).stale


@pytest.mark.parametrize("timeout", [-1, float("nan"), "1"])
def test_impossible_timeout_is_refused(loader, timeout):
    with pytest.raises(ConfigurationError, match="timeout"):
        loader.load("Cart", "1.0.0", timeout=timeout)


def test_exact_release_is_asked_for_once_and_kept_for_ever(registry, loader, clock):
    first = registry.deploy("Cart", "1.0.0", umd="1")
    second = registry.deploy("Cart", "1.0.0", umd="2")
    assert loader.load("Cart", "1.0.0", release=first).script.source == "1"
    assert loader.load("Cart", "1.0.0", release=second).script.source == "2"
    assert loader.load("Cart", "1.0.0").config.release == second
    clock.forward(10**9)
    asked = len(registry.requests)
    assert loader.load("Cart", "1.0.0", release=first, cache_ttl=0).script.source == "1"
    assert len(registry.requests) == asked
    assert registry.paths[0] == f"/tiny/releases/Cart/1.0.0/{first}"


def test_exact_release_that_is_not_there_is_not_found(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    with pytest.raises(FragmentNotFound, match="Cart"):
        loader.load("Cart", "1.0.0", release="nosuch")
    with pytest.raises(ConfigurationError, match="release"):
        loader.load("Cart", "1.0.0", release="../x")


def test_release_past_its_ttl_is_at_hand_and_is_refreshed_behind_it(
    registry, make_loader, clock, eventually
):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader = make_loader()
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="2")
    clock.forward(200)
    at_hand = loader.at_hand("Cart", "1.0.0")
    assert at_hand is not None
    assert (at_hand.script.source, at_hand.stale) == ("1", True)
    eventually(lambda: loader.load("Cart", "1.0.0").script.source == "2")


def test_release_that_is_too_old_is_not_at_hand(registry, make_loader, clock):
    registry.deploy("Cart", "1.0.0", umd="1")
    loader = make_loader()
    loader.load("Cart", "1.0.0")
    clock.forward(200 + loader.settings.max_stale)
    assert loader.at_hand("Cart", "1.0.0") is None
