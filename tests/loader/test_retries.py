"""Retries: only what can succeed, each answer with its own budget, all within the deadline."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tiny_client.errors import ConfigurationError, LoadError, RegistryUnavailable
from tiny_client.loader import RetryPolicy

CONFIG = "/tiny/latest/"
BUNDLE = "/tiny/bundle/"
UMD = "cart();" * 200


@pytest.mark.parametrize("only", [CONFIG, BUNDLE])
@pytest.mark.parametrize("fault", ["cut", "reset", 429, 500, 502, 503, 504])
def test_what_can_succeed_is_retried(registry, make_loader, eventually, fault, only):
    loader = make_loader(retry_policy=RetryPolicy(max_retries=50, delay=0.01))
    registry.deploy("Cart", "1.0.0", umd=UMD)
    if isinstance(fault, int):
        registry.fail_with(fault, only=only)
    else:
        getattr(registry, fault)(only=only)

    def heal_after_two_tries():
        eventually(lambda: sum(only in path for path in registry.paths) >= 2)
        registry.heal()

    healer = threading.Thread(target=heal_after_two_tries)
    healer.start()
    # Delays double, so a failing heal would show as an error long before 50 tries are over.
    assert loader.load("Cart", "1.0.0").script.source == UMD
    healer.join()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda registry: registry.remove("Cart", "1.0.0"),
        lambda registry: registry.fail_with(400),
        lambda registry: registry.fail_with(501),
        lambda registry: registry.redirect_to("/elsewhere"),
        lambda registry: registry.answer_config("Cart", "1.0.0", "{}"),
        lambda registry: registry.encode_as("gzip"),
    ],
    ids=["404", "400", "501", "redirect", "no config", "encoding"],
)
def test_what_cannot_succeed_is_not_retried(registry, make_loader, spoil):
    loader = make_loader(retry_policy=RetryPolicy(max_retries=5, delay=0.01))
    registry.deploy("Cart", "1.0.0", umd=UMD)
    spoil(registry)
    with pytest.raises(LoadError):
        loader.load("Cart", "1.0.0")
    assert len(registry.requests) == 1


def test_default_is_no_retry(registry, loader):
    registry.fail_with(503)
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    assert len(registry.requests) == 1


def test_config_and_bundle_have_their_own_budgets(registry, make_loader, eventually):
    loader = make_loader(retry_policy=RetryPolicy(max_retries=2, delay=0.05))
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.fail_with(503, only=CONFIG)

    def heal_config_only():
        eventually(lambda: len(registry.requests) >= 1)
        registry.fail_with(503, only=BUNDLE)

    healer = threading.Thread(target=heal_config_only)
    healer.start()
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    healer.join()
    assert sum(BUNDLE in path for path in registry.paths) == 3


def test_delay_doubles_between_tries(registry, make_loader, monkeypatch):
    waits = []
    loader = make_loader(retry_policy=RetryPolicy(max_retries=4, delay=0.1))
    monkeypatch.setattr(loader._closing, "wait", lambda timeout: waits.append(timeout))
    registry.fail_with(503)
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    assert waits == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert len(registry.requests) == 5


def test_retry_after_is_honoured_up_to_the_deadline(registry, make_loader, monkeypatch):
    waits = []
    loader = make_loader(retry_policy=RetryPolicy(max_retries=1, delay=0.1))
    monkeypatch.setattr(loader._closing, "wait", lambda timeout: waits.append(timeout))
    registry.fail_with(503, retry_after="3")
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    in_five_seconds = datetime.now(UTC) + timedelta(seconds=5)
    registry.fail_with(429, retry_after=format_datetime(in_five_seconds, usegmt=True))
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    assert waits[0] == 3
    assert 1 < waits[1] <= 5
    asked = len(registry.requests)
    registry.fail_with(503, retry_after="3600")
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    assert len(registry.requests) == asked + 1
    assert len(waits) == 2


def test_odd_retry_after_is_ignored(registry, loader):
    registry.fail_with(503, retry_after="soon")
    with pytest.raises(RegistryUnavailable) as caught:
        loader.load("Cart", "1.0.0")
    assert caught.value.retry_after is None


def test_retries_end_at_the_deadline(registry, make_loader, well_before):
    loader = make_loader(retry_policy=RetryPolicy(max_retries=10**6, delay=0.05), load_timeout=0.5)
    registry.fail_with(503)
    with well_before(5), pytest.raises(RegistryUnavailable, match="503"):
        loader.load("Cart", "1.0.0")
    assert len(registry.requests) < 10


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"delay": -0.1},
        {"delay": float("nan")},
        {"max_retries": None},
        {"delay": None},
        {"max_retries": True},
    ],
)
def test_impossible_retry_policy_is_refused(arguments):
    with pytest.raises(ConfigurationError, match=next(iter(arguments))):
        RetryPolicy(**arguments)
