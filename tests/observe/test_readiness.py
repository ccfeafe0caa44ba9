"""`/readyz` says whether this process can answer pages, and what it saw."""

from __future__ import annotations

import threading

import pytest

from tests.observe.conftest import GREETING, HEAD, PLAIN, client_stats
from tiny_client.assets import packaged_assets
from tiny_client.errors import EngineUnavailable, WorkerCrashed
from tiny_client.observe.readiness import Readiness
from tiny_client.stats import EngineStats, LoaderStats


class Client:
    """A client whose engine fails with `error`; `renders` is what it rendered for others."""

    def __init__(self) -> None:
        self.assets = packaged_assets()
        self.error: Exception | None = None
        self.checks = 0
        self.renders_meanwhile = 0
        self.said = client_stats()

    def check_engine(self) -> None:
        self.checks += 1
        if self.renders_meanwhile:
            self.said = client_stats(engine=EngineStats(workers=2, renders=self.renders_meanwhile))
        if self.error is not None:
            raise self.error

    def stats(self):
        return self.said


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def readiness(client, now):
    return Readiness(client, clock=lambda: now[0])


WHERE = {"fragment": "check", "release": "1"}


def test_process_that_can_render_is_ready(readiness):
    verdict = readiness.check()
    assert verdict.ready
    assert verdict.reasons == []


def test_engine_is_asked_once_a_second_however_many_want_to_know(client, readiness, now):
    threads = [threading.Thread(target=readiness.check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.checks == 1
    now[0] += 1
    readiness.check()
    assert client.checks == 2


@pytest.mark.parametrize("kind", [EngineUnavailable, WorkerCrashed])
def test_process_that_cannot_render_is_not_ready_and_says_why(client, readiness, kind):
    client.error = kind("no worker process could be started", **WHERE)
    verdict = readiness.check()
    assert not verdict.ready
    assert "no worker process could be started" in verdict.reasons[0]


def test_process_that_is_busy_rendering_is_ready(client, readiness):
    client.error = EngineUnavailable("no worker became free within 2 s", **WHERE)
    client.renders_meanwhile = 12
    assert readiness.check().ready


def test_process_is_ready_again_when_its_engine_is(client, readiness, now):
    client.error = EngineUnavailable("no worker process could be started", **WHERE)
    assert not readiness.check().ready
    client.error = None
    now[0] += 1
    assert readiness.check().ready


def test_broken_fragments_and_a_registry_that_is_away_do_not_count_against_it(client, readiness):
    client.said = client_stats(
        loader=LoaderStats(requests={"ok": 1, "failed": 9}),
        breakers={("Cart", "1.0.0"): "open", ("Menu", "1.0.0"): "closed"},
        condemned={("Cart", "1.0.0"): "r9"},
    )
    verdict = readiness.check()
    assert verdict.ready
    assert verdict.saw["registry"]["requests"] == {"ok": 1, "failed": 9}
    assert verdict.saw["breakers"] == {"Cart 1.0.0": "open"}
    assert verdict.saw["condemned"] == {"Cart 1.0.0": "r9"}


def test_process_without_its_files_is_not_ready(client, readiness, tmp_path):
    class Assets:
        folder = tmp_path
        browser = client.assets.browser
        bus = client.assets.bus

    client.assets = Assets
    verdict = readiness.check()
    assert not verdict.ready
    assert client.assets.browser.file in verdict.reasons[0]


def test_process_that_is_closing_is_not_ready(client, readiness):
    assert readiness.check().ready
    readiness.close()
    assert readiness.check().reasons == ["the host is closing"]


def test_host_says_what_it_saw(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}'})
    client = app.test_client()
    assert "Hello x" in client.get("/home").text
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["ready"] is True
    assert answer.json["engine"]["workers"] == 1
    assert answer.json["registry"]["last_request"]["outcome"] != "failed"
    assert answer.json["breakers"] == {}


def test_host_whose_registry_is_away_is_ready(make_app, registry):
    app = make_app()
    registry.hang()
    assert app.test_client().get("/readyz").status_code == 200


def test_host_that_cannot_start_a_worker_is_not_ready(make_app, tmp_path):
    app = make_app(TINY_ENGINE_PYTHON=str(tmp_path / "no-python"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert "the engine cannot render" in answer.json["reasons"][0]
    assert app.test_client().get("/healthz").text == "ok\n"


def test_host_that_is_closing_is_not_ready(make_app):
    app = make_app()
    app.extensions["tiny_mosaic"].close()
    assert app.test_client().get("/readyz").status_code == 503
