"""What a new release is warmed with, and what its failures mean."""

from __future__ import annotations

import pytest

from tests.guard.test_releases import BAD, CART, GOOD
from tiny_client.errors import BundleError, ComponentError, EngineUnavailable, RenderTimeout
from tiny_client.guard import Releases
from tiny_client.records import RenderJob
from tiny_client.stats import EngineStats
from tiny_client.warm_up import LastProps, WarmProps, warm_up

PROPS = WarmProps('{"n":1}', "Small")


class FailingEngine:
    """Fails each warm-up in the same way and keeps the jobs."""

    def __init__(self, kind: type[Exception] | None) -> None:
        self._kind = kind
        self.jobs: list[RenderJob] = []

    def render(self, job: RenderJob, *, timeout: float) -> str:
        raise NotImplementedError

    def warm(self, job: RenderJob, *, timeout: float) -> None:
        self.jobs.append(job)
        if self._kind is not None:
            raise self._kind("it failed", fragment="Cart", release="bad")

    def stats(self) -> EngineStats:
        return EngineStats()

    def close(self) -> None:
        pass


@pytest.fixture
def releases():
    releases = Releases(3, 1_000_000)
    releases.worked(GOOD)
    return releases


def test_release_is_warmed_with_what_its_fragment_was_last_rendered_with(releases):
    engine = FailingEngine(None)
    warm_up(engine, releases, BAD, PROPS)
    (job,) = engine.jobs
    assert (job.bundle, job.props_json, job.export) == (BAD.loaded.script, '{"n":1}', "Small")


@pytest.mark.parametrize("kind", [ComponentError, BundleError, RenderTimeout])
def test_release_that_fails_each_time_is_condemned_and_not_tried_further(releases, kind):
    engine = FailingEngine(kind)
    warm_up(engine, releases, BAD, PROPS)
    assert len(engine.jobs) == 3
    assert releases.condemned() == {CART: "bad"}
    warm_up(engine, releases, BAD, PROPS)
    assert len(engine.jobs) == 4


def test_want_of_workers_is_not_the_releases_fault(releases):
    engine = FailingEngine(EngineUnavailable)
    warm_up(engine, releases, BAD, PROPS)
    assert len(engine.jobs) == 1
    assert releases.condemned() == {}


def test_component_may_throw_where_there_are_no_props_for_it(releases):
    engine = FailingEngine(ComponentError)
    warm_up(engine, releases, BAD, None)
    assert [job.props_json for job in engine.jobs] == ["{}"]
    assert releases.condemned() == {}


def test_bundle_that_cannot_be_evaluated_fails_without_props_too(releases):
    warm_up(FailingEngine(BundleError), releases, BAD, None)
    assert releases.condemned() == {CART: "bad"}


def test_props_are_bounded_in_bytes_and_in_fragments():
    last = LastProps(1000)
    last.note(CART, '{"n":1}', None)
    last.note(CART, '{"n":2}', "Small")
    assert last.get(CART) == WarmProps('{"n":2}', "Small")
    last.note(CART, "x" * 1000, None)
    assert last.get(CART) == WarmProps('{"n":2}', "Small"), "the last that fits"
    for number in range(500):
        last.note((f"F{number}", "1.0.0"), "{}", None)
    assert last.get(CART) is None
    assert last.get(("F499", "1.0.0")) == WarmProps("{}", None)
    assert len(last._last) == 200
