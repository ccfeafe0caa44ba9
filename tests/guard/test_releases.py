"""Which release is served where one keeps failing, and what is said about it."""

from __future__ import annotations

import logging
import os

import pytest

from tiny_client.errors import (
    BundleError,
    ComponentError,
    EngineUnavailable,
    InvalidOutput,
    MemoryLimitExceeded,
    RenderTimeout,
    WorkerCrashed,
)
from tiny_client.guard import Release, Releases
from tiny_client.records import FragmentConfig, LoadedRelease, RuntimeRef, Script

CART = ("Cart", "1.0.0")
RUNTIME = LoadedRelease(
    FragmentConfig("plain", "1", "http://registry.test", "plain.js"),
    Script("plain-key", "plain.js", ""),
)


def release(name: str, *, fragment: str = "Cart", size: int = 10) -> Release:
    config = FragmentConfig(
        fragment,
        "1.0.0",
        "http://registry.test",
        f"{name}.js",
        release=name,
        runtime=RuntimeRef("plain", "1"),
    )
    script = Script(f"{fragment}-{name}", f"{name}.js", "x" * size)
    return Release(LoadedRelease(config, script), config, RUNTIME)


def error(kind: type = ComponentError) -> Exception:
    return kind("its component threw", fragment="Cart", release="?")


@pytest.fixture
def releases():
    return Releases(3, 1_000_000)


GOOD, BAD, NEWER = release("good"), release("bad"), release("newer")


def condemn(releases: Releases, which: Release) -> bool:
    return [releases.failed(which, error()) for _ in range(3)][-1]


def test_release_that_fails_three_times_gives_way_to_the_one_that_worked(releases, caplog):
    releases.worked(GOOD)
    assert not releases.has_condemned
    assert condemn(releases, BAD)
    stand_in = releases.in_place_of(CART, BAD.id)
    assert stand_in is not None
    assert stand_in.id == GOOD.id
    assert stand_in.loaded.stale
    assert releases.in_place_of(CART, GOOD.id) is None
    assert releases.condemned() == {CART: "bad"}
    releases.failed(BAD, error())
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == (
        "Release bad of Cart 1.0.0 failed 3 times in a row, the last time with: Cannot render "
        "fragment 'Cart' (release ?): its component threw. Release good, which worked before, is "
        "served until a newer one works"
    )


def test_one_success_between_the_failures_acquits_a_release(releases):
    releases.worked(GOOD)
    for _ in range(10):
        releases.failed(BAD, error())
        releases.failed(BAD, error())
        releases.worked(BAD)
        releases.worked(GOOD)
    assert not releases.has_condemned


def test_release_without_one_that_worked_before_is_not_condemned(releases):
    assert not condemn(releases, BAD)
    releases.worked(GOOD)
    assert not condemn(releases, GOOD), "there is nothing better than what worked last"
    assert not releases.has_condemned


@pytest.mark.parametrize(
    "kind",
    [BundleError, ComponentError, InvalidOutput, RenderTimeout, MemoryLimitExceeded, WorkerCrashed],
)
def test_what_the_release_did_counts(releases, kind):
    releases.worked(GOOD)
    assert [releases.failed(BAD, error(kind)) for _ in range(3)] == [False, False, True]


def test_want_of_workers_condemns_no_release(releases):
    releases.worked(GOOD)
    for _ in range(20):
        assert not releases.failed(BAD, error(EngineUnavailable))


def test_newer_release_gets_its_chance_and_what_it_replaces_is_forgotten(releases):
    releases.worked(GOOD)
    condemn(releases, BAD)
    assert releases.in_place_of(CART, NEWER.id) is None
    releases.worked(NEWER)
    assert not releases.has_condemned
    assert releases.last_that_worked(CART) is NEWER


def test_newer_release_that_fails_too_is_condemned_beside_the_first(releases):
    releases.worked(GOOD)
    condemn(releases, BAD)
    condemn(releases, NEWER)
    assert releases.in_place_of(CART, BAD.id) is releases.in_place_of(CART, NEWER.id) is not None
    assert releases.condemned() == {CART: "newer"}


def test_stand_in_that_renders_acquits_nobody(releases):
    releases.worked(GOOD)
    condemn(releases, BAD)
    stand_in = releases.in_place_of(CART, BAD.id)
    assert stand_in is not None
    releases.worked(stand_in)
    releases.worked(BAD)  # it had begun before
    assert releases.in_place_of(CART, BAD.id) is stand_in


def test_zero_failures_switch_it_off():
    releases = Releases(0, 1_000_000)
    releases.worked(GOOD)
    assert not condemn(releases, BAD)
    assert releases.last_that_worked(CART) is None


def test_memory_is_bounded_in_bytes_and_in_releases(releases):
    small = Releases(3, 10_000)
    for number in range(100):
        small.worked(release("1", fragment=f"F{number}", size=1000))
    kept = [n for n in range(100) if small.last_that_worked((f"F{n}", "1.0.0"))]
    assert kept == list(range(91, 100))
    releases.worked(GOOD)
    for number in range(30):
        condemn(releases, release(f"bad-{number}"))
    assert releases.in_place_of(CART, release("bad-0").id) is None
    assert releases.in_place_of(CART, release("bad-29").id) is not None


def test_forked_child_begins_anew(releases):
    releases.worked(GOOD)
    condemn(releases, BAD)
    with releases._lock:  # as another thread may hold it at the fork
        child = os.fork()
        if child == 0:
            releases.worked(GOOD)
            os._exit(1 if releases.has_condemned else 0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
