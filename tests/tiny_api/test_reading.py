"""The routes that read."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from hashlib import sha384
from typing import Any

import brotli
import pytest
import zstandard
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tiny_api.http.cache import BundleCache
from tiny_api.http.state import registry

IMMUTABLE = "public, max-age=31536000, immutable"
DECODERS = {
    "br": brotli.decompress,
    "zstd": zstandard.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}
SOURCE = b"define(['react'], function (react) { return react })\n" * 50


def test_the_config_is_what_the_reference_answers_and_more(
    deploy: Any, client: FlaskClient
) -> None:
    deploy(cssBundle=b"a{}", umdBundle=SOURCE, metadata='{"exports": ["Mini"]}', version="7")
    answer = client.get("/tiny/latest/Cart/1.0.0")
    config = json.loads(answer.data)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-cache, max-age=0"
    assert answer.data == json.dumps(config, separators=(",", ":")).encode()
    assert list(config) == [
        "umdBundle",
        "cssBundle",
        "name",
        "release",
        "contractVersion",
        "integrity",
        "runtime",
        "exports",
    ]
    digest = sha384(SOURCE).digest()
    assert config["umdBundle"] == f"Cart.umd.{digest.hex()[:32]}.js"
    assert config["integrity"][config["umdBundle"]] == f"sha384-{b64encode(digest).decode()}"


def test_an_unchanged_config_is_not_sent_again(deploy: Any, client: FlaskClient) -> None:
    deploy()
    first = client.get("/tiny/latest/Cart/1.0.0")
    for condition in (
        first.headers["ETag"],
        f"W/{first.headers['ETag']}",
        f'"x", {first.headers["ETag"]}',
        "*",
    ):
        again = client.get("/tiny/latest/Cart/1.0.0", headers={"If-None-Match": condition})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == "no-cache, max-age=0"
        assert "Content-Type" not in again.headers


def test_a_new_release_changes_the_etag(deploy: Any, client: FlaskClient) -> None:
    deploy()
    first = client.get("/tiny/latest/Cart/1.0.0").headers["ETag"]
    deploy(umdBundle=SOURCE)
    again = client.get("/tiny/latest/Cart/1.0.0", headers={"If-None-Match": first})
    assert again.status_code == 200


@pytest.mark.parametrize("encoding", list(DECODERS))
def test_a_bundle_comes_in_each_encoding(deploy: Any, client: FlaskClient, encoding: str) -> None:
    file = deploy(umdBundle=SOURCE).json["umdBundle"]
    for _ in ("from the database", "from memory"):
        answer = client.get(f"/tiny/bundle/{file}", headers={"Accept-Encoding": encoding})
        assert DECODERS[encoding](answer.data) == SOURCE
        assert answer.headers.get("Content-Encoding", "identity") == encoding
        assert answer.headers["Content-Type"] == "application/javascript; charset=utf-8"
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Timing-Allow-Origin"] == "*"
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_each_encoding_has_an_etag_of_its_own(deploy: Any, client: FlaskClient) -> None:
    url = f"/tiny/bundle/{deploy(umdBundle=SOURCE).json['umdBundle']}"
    tags = {
        client.get(url, headers={"Accept-Encoding": encoding}).headers["ETag"]
        for encoding in DECODERS
    }
    assert len(tags) == 4
    for tag in tags:
        encoding = tag.strip('"').rpartition("-")[2]
        headers = {"Accept-Encoding": encoding, "If-None-Match": tag}
        again = client.get(url, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Vary"] == "Accept-Encoding"
        assert client.get(url, headers={"If-None-Match": tag}).status_code == (
            304 if encoding == "identity" else 200
        )


def test_a_stylesheet_is_css(deploy: Any, client: FlaskClient) -> None:
    file = deploy(cssBundle=b".cart { color: red }").json["cssBundle"]
    assert file.endswith(".css")
    assert client.get(f"/tiny/bundle/{file}").headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/tiny/latest/Cart/1.0.0",
        "/tiny/bundle/{bundle}",
        "/tiny/releases/Cart/1.0.0",
        "/tiny/releases/Cart/1.0.0/7",
        "/tiny/fragments",
        "/healthz",
        "/readyz",
        "/openapi.json",
    ],
)
def test_head_answers_as_get_without_a_body(deploy: Any, client: FlaskClient, path: str) -> None:
    path = path.format(bundle=deploy(version="7", umdBundle=SOURCE).json["umdBundle"])
    headers = {"Accept-Encoding": "br"}
    get, head = client.get(path, headers=headers), client.head(path, headers=headers)
    assert (head.status_code, head.data) == (200, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiny/latest/Cart/1.0.0", 404),
        ("/tiny/latest/8/1.0.0", 400),
        ("/tiny/latest/Cart/-", 400),
        ("/tiny/latest/%00/1", 400),
        ("/tiny/latest/%ff%fe/1", 400),
        ("/tiny/latest/Cart/1%2F2", 404),
        ("/tiny/latest/Cart", 404),
        ("/tiny/latest//1.0.0", 404),
        ("/tiny/latest/Cart/1.0.0/", 404),
        ("/tiny/bundle/Cart.umd." + "0" * 32 + ".js", 404),
        ("/tiny/bundle/Cart.umd." + "0" * 32 + ".exe", 400),
        ("/tiny/bundle/..%5C..", 400),
        ("/tiny/bundle/..", 400),
        ("/tiny/releases/Cart/1.0.0", 404),
        ("/tiny/releases/Cart/1.0.0/x", 404),
        ("/tiny/releases/Cart/1.0.0/_", 400),
        ("/tiny/releases/Cart/1.0.0?before=x", 404),
        ("/tiny/releases/Cart/1.0.0?limit=0", 400),
        ("/tiny/releases/Cart/1.0.0?limit=101", 400),
        ("/tiny/releases/Cart/1.0.0?limit=%D9%A1", 400),
        ("/tiny/fragments?limit=ten", 400),
        ("/tiny/fragments?after=", 400),
        ("/tiny/fragments?nonsense=1", 400),
        ("/", 404),
    ],
)
def test_what_is_not_there_or_not_right_says_so(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["detail"]


def test_releases_are_listed_newest_first_page_by_page(deploy: Any, client: FlaskClient) -> None:
    for number in range(5):
        deploy(version=f"v{number}")
    deploy(version="v1")
    first = client.get("/tiny/releases/Cart/1.0.0?limit=3").json
    assert first is not None
    assert [each["release"] for each in first["releases"]] == ["v4", "v3", "v2"]
    assert first["next"] == "v2"
    second = client.get("/tiny/releases/Cart/1.0.0?limit=3&before=v2").json
    assert second is not None
    assert [(each["release"], each["current"]) for each in second["releases"]] == [
        ("v1", True),
        ("v0", False),
    ]
    assert second["next"] is None
    assert second["releases"][0]["bundles"][0]["role"] == "umdBundle"


def test_fragments_are_listed_by_name_page_by_page(deploy: Any, client: FlaskClient) -> None:
    for name, contract_version in (("B", "1"), ("A", "2"), ("A", "1"), ("C", "1")):
        deploy(name=name, contractVersion=contract_version, version="7")
    first = client.get("/tiny/fragments?limit=2").json
    assert first is not None
    assert [each["name"] for each in first["fragments"]] == ["A", "B"]
    lines = first["fragments"][0]["contractVersions"]
    assert [(each["contractVersion"], each["release"]) for each in lines] == [
        ("1", "7"),
        ("2", "7"),
    ]
    assert first["next"] == "B"
    last = client.get("/tiny/fragments?limit=2&after=B").json
    assert last is not None
    assert ([each["name"] for each in last["fragments"]], last["next"]) == (["C"], None)
    one = client.get("/tiny/fragments?name=B").json
    assert one is not None
    assert [each["name"] for each in one["fragments"]] == ["B"]


def test_an_empty_registry_has_no_fragments(client: FlaskClient) -> None:
    assert client.get("/tiny/fragments").json == {"fragments": [], "next": None}


def test_metrics_count_requests_by_route(deploy: Any, client: FlaskClient) -> None:
    file = deploy().json["umdBundle"]
    for _ in range(2):
        client.get(f"/tiny/bundle/{file}")
    client.open("/healthz", method="NONSENSE")
    text = client.get("/metrics").text
    assert 'tiny_api_deploys_total{outcome="created"} 1.0' in text
    assert 'tiny_api_bundle_reads_total{source="database"} 1.0' in text
    assert 'tiny_api_bundle_reads_total{source="memory"} 1.0' in text
    assert 'route="/tiny/bundle/<file>",status="200"} 2.0' in text
    assert 'method="other"' in text


def test_two_apps_in_one_process_count_apart(app: Flask, client: FlaskClient) -> None:
    client.get("/healthz")
    with app.app_context():
        text = registry().metrics.text().decode()
    assert 'route="/healthz",status="200"} 1.0' in text


def test_the_bundle_cache_keeps_to_its_bytes() -> None:
    cache = BundleCache(max_bytes=10)
    cache.keep_body("a", "br", b"12345")
    cache.keep_body("b", "br", b"12345")
    assert cache.body("a", "br") == b"12345"
    cache.keep_body("c", "br", b"1")
    assert cache.body("b", "br") is None
    assert cache.body("a", "br") == b"12345"
    cache.keep_body("d", "br", b"x" * 11)
    assert cache.body("d", "br") is None
    assert cache.size_bytes == 6


@given(path=st.text(max_size=60), accept=st.text(max_size=40))
@hypothesis_settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_path_makes_a_server_error(client: FlaskClient, path: str, accept: str) -> None:
    header = accept.encode("latin-1", "ignore").decode("latin-1")
    headers = {"Accept-Encoding": "".join(each for each in header if each not in "\r\n")}
    for prefix in ("/", "/tiny/latest/", "/tiny/bundle/", "/tiny/releases/Cart/1.0.0/"):
        assert client.get(prefix + path.lstrip("/"), headers=headers).status_code < 500
