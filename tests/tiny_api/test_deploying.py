"""POST /tiny/releases."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tiny_api.app import close_app, create_app
from tiny_api.http.state import registry
from tiny_api.settings import RegistrySettings
from tiny_api.store.schema import blob, blob_body, bundle, deploy_log, release
from tiny_api.tokens import create_token, list_tokens, revoke_token

UMD = b"(function(g,f){f()})(this,function(){return 1})"


def count(app: Flask, table: Any) -> int:
    with app.app_context(), registry().engine.connect() as connection:
        found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return found


def fields(answer: TestResponse) -> set[str]:
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    return {error["field"] for error in answer.json["errors"]}


def body(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    found: dict[str, Any] = answer.json
    return found


def test_a_deploy_answers_with_the_release(deploy: Any) -> None:
    answer = deploy(metadata='{"pure": true}', cssBundle=b".cart{}")
    assert answer.status_code == 201
    release = body(answer)
    assert list(release)[:2] == ["umdBundle", "cssBundle"]
    assert release["name"] == "Cart"
    assert release["pure"] is True
    assert release["runtime"] == {"name": "react", "contractVersion": "19"}
    assert release["previousRelease"] is None
    assert release["redeployed"] is False
    assert release["deployedBy"] == "tests"
    assert release["createdAt"].endswith("Z")
    assert release["warnings"] == []
    assert [each["role"] for each in release["bundles"]] == ["umdBundle", "cssBundle"]
    assert release["bundles"][1]["bytes"]["identity"] == len(b".cart{}")
    assert answer.headers["Location"] == f"/tiny/releases/Cart/1.0.0/{release['release']}"


def test_the_location_of_a_release_has_its_config(deploy: Any, client: FlaskClient) -> None:
    answer = deploy()
    exact = client.get(answer.headers["Location"])
    assert exact.data == client.get("/tiny/latest/Cart/1.0.0").data
    assert exact.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_deploy_is_current_at_once_and_names_the_one_before(
    deploy: Any, client: FlaskClient
) -> None:
    first = body(deploy(umdBundle=UMD))
    second = body(deploy(umdBundle=UMD + b"2"))
    assert second["previousRelease"] == first["release"]
    latest = client.get("/tiny/latest/Cart/1.0.0").json
    assert latest is not None
    assert latest["release"] == second["release"]


def test_old_bytes_make_the_old_release_current_again(
    deploy: Any, app: Flask, client: FlaskClient
) -> None:
    first = body(deploy(umdBundle=UMD))
    deploy(umdBundle=UMD + b"2")
    again = body(deploy(umdBundle=UMD))
    assert again["release"] == first["release"]
    assert again["createdAt"] == first["createdAt"]
    assert again["redeployed"] is True
    assert body(client.get("/tiny/latest/Cart/1.0.0"))["release"] == first["release"]
    assert count(app, release) == 2
    assert count(app, deploy_log) == 3


def test_contract_versions_have_their_own_current_release(deploy: Any, client: FlaskClient) -> None:
    one = body(deploy())
    two = body(deploy(contractVersion="2.0.0", umdBundle=UMD))
    assert body(client.get("/tiny/latest/Cart/1.0.0"))["release"] == one["release"]
    assert body(client.get("/tiny/latest/Cart/2.0.0"))["release"] == two["release"]
    assert two["previousRelease"] is None


def test_the_same_bytes_are_stored_once(deploy: Any, app: Flask) -> None:
    deploy()
    deploy(contractVersion="2.0.0")
    deploy(name="Cart2")
    assert count(app, blob) == 1
    assert count(app, blob_body) == 4
    assert count(app, bundle) == 2


def test_other_metadata_is_another_release_of_the_same_bundle(deploy: Any) -> None:
    one, two = body(deploy()), body(deploy(metadata='{"pure": true}'))
    assert one["release"] != two["release"]
    assert one["umdBundle"] == two["umdBundle"]


def test_the_order_of_keys_does_not_make_another_release(deploy: Any) -> None:
    one = body(deploy(metadata='{"a": 1, "b": 2}'))
    assert body(deploy(metadata='{"b": 2, "a": 1}'))["release"] == one["release"]


def test_further_bundles_stand_in_the_config_by_their_role(
    deploy: Any, client: FlaskClient
) -> None:
    release = body(deploy(serverBundle=b"1;", workerBundle=b"2;"))
    assert release["serverBundle"].startswith("Cart.server.")
    assert release["workerBundle"].startswith("Cart.worker.")
    for role in ("umdBundle", "serverBundle", "workerBundle"):
        answer = client.get(f"/tiny/bundle/{release[role]}")
        assert answer.headers["Content-Type"] == "application/javascript; charset=utf-8"


@pytest.mark.parametrize("place", ["form", "metadata"])
def test_a_named_version_is_the_release_id(deploy: Any, place: str) -> None:
    changes = (
        {"version": "1.2.3"} if place == "form" else {"metadata": json.dumps({"version": "1.2.3"})}
    )
    assert body(deploy(**changes))["release"] == "1.2.3"
    again = body(deploy(**changes))
    assert (again["release"], again["redeployed"]) == ("1.2.3", True)


@pytest.mark.parametrize(
    "change", [{"umdBundle": UMD}, {"metadata": '{"a": 1}'}, {"cssBundle": b"a{}"}]
)
def test_a_named_version_with_other_content_is_a_conflict_that_names_both(
    deploy: Any, client: FlaskClient, change: dict[str, Any]
) -> None:
    deploy(version="1")
    deploy(version="2")
    answer = deploy(version="1", **change)
    assert answer.status_code == 409
    problem = body(answer)
    assert problem["existing"]["deployedBy"] == "tests"
    assert problem["existing"]["digest"][:12] in problem["detail"]
    assert problem["offered"]["digest"][:12] in problem["detail"]
    assert body(client.get("/tiny/latest/Cart/1.0.0"))["release"] == "2"


def test_a_named_version_stays_idempotent_when_a_new_runtime_appears(deploy: Any) -> None:
    first = body(deploy(version="1"))
    runtime = json.dumps({"kind": "runtime", "modules": ["react"]})
    deploy(name="react", contractVersion="20", metadata=runtime)
    again = body(deploy(version="1"))
    assert again["redeployed"] is True
    assert again["runtime"] == first["runtime"] == {"name": "react", "contractVersion": "19"}
    assert body(deploy())["runtime"] == {"name": "react", "contractVersion": "20"}


def test_modules_that_no_runtime_shares_give_a_warning(deploy: Any) -> None:
    release = body(deploy(umdBundle=b"define(['jquery'], f)"))
    assert "runtime" not in release
    assert "jquery" in release["warnings"][0]


def test_a_runtime_that_is_deployed_later_is_found_on_the_next_deploy(deploy: Any) -> None:
    first = body(deploy(umdBundle=b"define(['jquery'], f)"))
    runtime = json.dumps({"kind": "runtime", "modules": ["jquery"]})
    deploy(name="jquery", contractVersion="4", metadata=runtime)
    second = body(deploy(umdBundle=b"define(['jquery'], f)"))
    assert second["runtime"] == {"name": "jquery", "contractVersion": "4"}
    assert second["release"] != first["release"]


def test_a_runtime_gets_no_runtime(deploy: Any) -> None:
    release = body(deploy(metadata='{"kind": "runtime", "modules": []}'))
    assert "runtime" not in release
    assert release["modules"] == []


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer wrong", "Bearer two words"]
)
def test_without_a_right_token_nothing_is_read(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = client.post("/tiny/releases", data=b"never read", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_refused(deploy: Any, settings: RegistrySettings, app: Flask) -> None:
    deploy()
    revoke_token(settings.database_url, "tests")
    assert deploy().status_code == 401


def test_a_token_of_another_fragment_is_refused(
    deploy: Any, settings: RegistrySettings, client: FlaskClient
) -> None:
    secret = create_token(settings.database_url, "reviews", "Reviews").secret
    answer = deploy(secret)
    assert answer.status_code == 403
    assert "Reviews only" in body(answer)["detail"]
    assert client.get("/tiny/latest/Cart/1.0.0").status_code == 404
    assert deploy(secret, name="Reviews").status_code == 201


def test_a_deploy_is_the_tokens_last_use(deploy: Any, settings: RegistrySettings) -> None:
    deploy()
    assert list_tokens(settings.database_url)[0].last_used_at is not None


def test_everything_that_is_wrong_is_told_at_once(deploy: Any) -> None:
    answer = deploy(
        name="8ung",
        contractVersion="a/b",
        version="-",
        metadata="{",
        umdBundle=None,
        cssBundle=b" \n",
        otherBundle=b"\xff\xfe",
        notes="hello",
        readme=b"hello",
        serverBundle="text",
    )
    assert fields(answer) == {
        "name",
        "contractVersion",
        "version",
        "metadata",
        "umdBundle",
        "cssBundle",
        "otherBundle",
        "notes",
        "readme",
        "serverBundle",
    }
    assert all(error["problem"] and error["remedy"] for error in body(answer)["errors"])


@pytest.mark.parametrize("field", ["name", "contractVersion", "umdBundle"])
def test_what_is_required_is_asked_for(deploy: Any, field: str) -> None:
    assert fields(deploy(**{field: None})) == {field}


@pytest.mark.parametrize("name", ["", "a" * 65, "é", "a\x00", "a/b", "a\n"])
def test_a_name_keeps_its_grammar(deploy: Any, name: str) -> None:
    assert fields(deploy(name=name)) == {"name"}


def test_a_version_in_two_places_must_be_the_same(deploy: Any) -> None:
    assert fields(deploy(version="1", metadata='{"version": "2"}')) == {"version"}
    assert deploy(version="1", metadata='{"version": "1"}').status_code == 201


@pytest.mark.parametrize("field", ["version", "metadata"])
def test_an_empty_field_is_not_an_absent_one(deploy: Any, field: str) -> None:
    assert fields(deploy(**{field: ""})) == {field}


def test_a_part_without_a_name_is_refused(client: FlaskClient, token: str) -> None:
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    data = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"
    answer = client.post("/tiny/releases", data=data, headers=headers)
    assert fields(answer) == {"", "name", "contractVersion", "umdBundle"}


def test_fields_sent_twice_are_refused(client: FlaskClient, token: str) -> None:
    answer = client.post(
        "/tiny/releases",
        data={
            "name": ["Cart", "Cart"],
            "contractVersion": "1",
            "umdBundle": [(io.BytesIO(b"1"), "a.js"), (io.BytesIO(b"2"), "b.js")],
        },
        headers={"Authorization": f"Bearer {token}"},
    )
    assert fields(answer) == {"name", "umdBundle"}


def test_too_many_bundles_are_refused(deploy: Any) -> None:
    many = {f"x{number}Bundle": b"1;" for number in range(8)}
    assert fields(deploy(**many)) == {"bundles"}


@pytest.mark.parametrize("extra", [0, 1])
def test_a_bundle_may_have_five_mebibytes_and_no_byte_more(deploy: Any, extra: int) -> None:
    answer = deploy(umdBundle=b"a" * (5 * 1024 * 1024 + extra))
    assert answer.status_code == (413 if extra else 201)
    if extra:
        assert body(answer)["field"] == "umdBundle"
        assert body(answer)["limitBytes"] == 5 * 1024 * 1024


def test_a_request_over_the_whole_limit_is_refused(settings: RegistrySettings) -> None:
    small = RegistrySettings(
        database_url=settings.database_url, max_bundle_bytes=10, max_bundles_per_release=1
    )
    app = create_app(small)
    token = create_token(settings.database_url, "small").secret
    answer = app.test_client().post(
        "/tiny/releases",
        data=b"a" * (2 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"
    close_app(app)


def test_a_text_field_over_all_limits_is_refused(deploy: Any) -> None:
    assert fields(deploy(metadata='{"a": "' + "x" * 70_000 + '"}')) == {"metadata"}
    assert deploy(metadata="x" * 2_000_000).status_code == 413


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "", "application/x-www-form-urlencoded"]
)
def test_only_a_form_with_files_is_taken(
    client: FlaskClient, token: str, content_type: str
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    answer = client.post("/tiny/releases", data=b"{}", headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é"],
)
@pytest.mark.parametrize("data", [b"", b"--x\r\n\r\n", b"\x00\xff" * 100])
def test_a_form_without_order_is_refused(
    client: FlaskClient, token: str, content_type: str, data: bytes
) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    answer = client.post("/tiny/releases", data=data, headers=headers)
    assert answer.status_code == 422


def test_a_failure_in_the_middle_leaves_no_trace(
    deploy: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = body(deploy())

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tiny_api.publishing._make_current", fail)
    answer = deploy(umdBundle=UMD)
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    monkeypatch.undo()
    assert (count(app, release), count(app, blob), count(app, deploy_log)) == (1, 1, 1)
    assert body(deploy())["previousRelease"] == before["release"]


hostile = st.one_of(st.text(max_size=50), st.binary(max_size=50).map(bytes))


@given(
    name=st.one_of(hostile, st.just("Cart")),
    contract_version=st.one_of(hostile, st.just("1")),
    metadata=st.one_of(hostile, st.just("{}"), st.none()),
    umd=st.one_of(hostile, st.just(UMD)),
    field=st.text(max_size=40),
    value=hostile,
)
@hypothesis_settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_upload_makes_a_server_error(
    deploy: Any,
    name: object,
    contract_version: object,
    metadata: object,
    umd: object,
    field: str,
    value: object,
) -> None:
    form = {field: value, "name": name, "contractVersion": contract_version, "umdBundle": umd}
    answer = deploy(**form, metadata=metadata)
    assert answer.status_code in {201, 413, 422}


@given(data=st.binary(max_size=500), boundary=st.text("abc\"'; =\\", max_size=10))
@hypothesis_settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_broken_form_makes_a_server_error(
    client: FlaskClient, token: str, data: bytes, boundary: str
) -> None:
    framed = b"--x\r\nContent-Disposition: form-data; name=" + data + b"\r\n--x--\r\n"
    for body_bytes, content_type in (
        (data, f"multipart/form-data; boundary={boundary}"),
        (framed, "multipart/form-data; boundary=x"),
    ):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
        answer = client.post("/tiny/releases", data=body_bytes, headers=headers)
        assert answer.status_code in {413, 415, 422}
