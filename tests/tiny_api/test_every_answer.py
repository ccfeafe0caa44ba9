"""What holds for every answer: CORS, problems, methods, and a database that is away."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tiny_api.http.state import registry


def every_kind(client: FlaskClient, deploy: Any) -> list[TestResponse]:
    """One answer of each status that the API can give without breaking it."""
    file = deploy().json["umdBundle"]
    latest = client.get("/tiny/latest/Cart/1.0.0")
    return [
        client.get("/tiny/latest/Cart/1.0.0", headers={"If-None-Match": latest.headers["ETag"]}),
        latest,
        deploy(version="1"),
        deploy(version="1", metadata='{"a": 1}'),
        deploy(name="8"),
        deploy("wrong"),
        client.get(f"/tiny/bundle/{file}"),
        client.get("/tiny/latest/8/1"),
        client.get("/nowhere"),
        client.delete("/tiny/releases"),
        client.options("/tiny/releases"),
        client.get("/metrics"),
    ]


def test_every_answer_may_be_read_from_any_origin(client: FlaskClient, deploy: Any) -> None:
    answers = every_kind(client, deploy)
    assert {answer.status_code for answer in answers} >= {
        200,
        201,
        304,
        400,
        401,
        404,
        405,
        409,
        422,
    }
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_every_error_is_a_problem_that_may_not_be_stored(client: FlaskClient, deploy: Any) -> None:
    for answer in every_kind(client, deploy):
        if answer.status_code < 400:
            continue
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json is not None
        assert {"type", "title", "status", "detail", "instance"} <= set(answer.json)
        assert answer.json["status"] == answer.status_code


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/tiny/latest/Cart/1.0.0", {"GET", "HEAD", "OPTIONS"}),
        ("/tiny/bundle/x.js", {"GET", "HEAD", "OPTIONS"}),
        ("/tiny/fragments", {"GET", "HEAD", "OPTIONS"}),
        ("/tiny/releases", {"POST", "OPTIONS"}),
    ],
)
def test_a_preflight_is_told_what_it_may_do(
    client: FlaskClient, path: str, methods: set[str]
) -> None:
    headers = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    answer = client.options(path, headers=headers)
    assert answer.status_code == 200
    assert set(answer.headers["Access-Control-Allow-Methods"].split(", ")) == methods
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"])
def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient, method: str) -> None:
    answer = client.open("/tiny/latest/Cart/1.0.0", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_mistake_of_ours_is_a_problem_without_its_details(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("tiny_api.reads.latest_config", fail)
    answer = client.get("/tiny/latest/Cart/1.0.0")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "secret" not in answer.text
    assert "the secret inside" in caplog.text


@pytest.mark.parametrize("path", ["/tiny/latest/Cart/1.0.0", "/readyz"])
def test_a_database_that_is_away_gives_503_and_says_when_to_ask_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    with app.app_context():
        monkeypatch.setattr(registry().engine, "connect", away)
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.mimetype == "application/problem+json"
    assert client.get("/healthz").status_code == 200


def test_an_instance_is_a_valid_uri_reference(client: FlaskClient) -> None:
    answer = client.get("/tiny/latest/%00%ff é<>/1")
    assert answer.json is not None
    assert answer.json["instance"].isascii()
    assert "<" not in answer.json["instance"]
