"""Each request has an id that reaches the registry, the response and the logs."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest

from tests.observe.conftest import GREETING, HEAD, PLAIN
from tiny_client.errors import ConfigurationError
from tiny_client.observe.logs import JsonLines
from tiny_client.request_context import current_request
from tiny_client.settings import read

PAGE = {"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x", fallback="sorry") }}'}


@pytest.fixture
def deployed(registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    return registry


def test_id_that_came_goes_along_to_the_registry_and_back(make_app, deployed):
    client = make_app(PAGE).test_client()
    answer = client.get("/home", headers={"X-Request-Id": "abc-1.2_3"})
    assert "Hello x" in answer.text
    assert answer.headers["X-Request-Id"] == "abc-1.2_3"
    assert {asked.headers.get("x-request-id") for asked in deployed.requests} == {"abc-1.2_3"}


@pytest.mark.parametrize("given", [None, "", "a b", "ä", "x" * 129, "<script>"])
def test_request_without_a_good_id_gets_a_new_one(make_app, given):
    client = make_app().test_client()
    headers = {} if given is None else {"X-Request-Id": given}
    ids = [client.get("/healthz", headers=headers).headers["X-Request-Id"] for _ in range(2)]
    assert all(re.fullmatch("[0-9A-Za-z_-]{36}", request_id) for request_id in ids)
    assert ids[0] != ids[1]


def test_id_that_the_view_set_is_left_alone(make_app):
    app = make_app()
    app.add_url_rule("/own/id", view_func=lambda: ("", {"X-Request-Id": "mine"}))
    assert app.test_client().get("/own/id").headers["X-Request-Id"] == "mine"


def test_nothing_but_the_id_goes_along_unless_it_is_named(make_app, deployed):
    sent = {"Accept-Language": "de", "Cookie": "session=secret", "Authorization": "Bearer secret"}
    make_app(PAGE).test_client().get("/home", headers=sent).get_data()
    assert deployed.requests
    for asked in deployed.requests:
        assert "secret" not in str(asked.headers)
        assert asked.headers.get("accept-language") != "de"


def test_headers_that_are_named_go_along(make_app, deployed):
    app = make_app(PAGE, TINY_FORWARD_HEADERS=["Accept-Language", "X-Tenant"])
    sent = {"Accept-Language": "de", "Authorization": "Bearer secret"}
    app.test_client().get("/home", headers=sent).get_data()
    assert deployed.requests[0].headers["accept-language"] == "de"
    assert "x-tenant" not in deployed.requests[0].headers
    assert "authorization" not in deployed.requests[0].headers


@pytest.mark.parametrize("name", ["Host", "content-length", "If-None-Match", "a b", ""])
def test_header_that_cannot_be_forwarded_is_an_error_at_the_start(name):
    with pytest.raises(ConfigurationError, match="TINY_FORWARD_HEADERS"):
        read({"TINY_API_URL": "http://registry.test", "TINY_FORWARD_HEADERS": [name]})


def test_fallback_is_logged_with_the_slot_and_the_request(make_app, registry, caplog):
    client = make_app(PAGE).test_client()
    assert "sorry" in client.get("/home", headers={"X-Request-Id": "abc"}).text
    [record] = [entry for entry in caplog.records if getattr(entry, "outcome", "") == "fallback"]
    assert (record.fragment, record.contract_version) == ("Greeting", "1.0.0")
    assert record.release == ""
    assert record.seconds >= 0


def test_fallback_of_a_streamed_page_is_logged_with_the_id_of_its_request(make_app, registry):
    slot = '{{ fragment("Greeting", "1.0.0", timeout=0.2, fallback="sorry") }}'
    client = make_app({"home": HEAD + slot}).test_client()
    registry.hang()
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("tiny_client")
    logger.addHandler(handler)
    try:
        with client.get("/home", headers={"X-Request-Id": "abc"}) as answer:
            assert "sorry" in answer.text
    finally:
        logger.removeHandler(handler)
    lines = [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    [line] = [line for line in lines if line.get("outcome") == "fallback"]
    assert line["request_id"] == "abc"
    assert line["fragment"] == "Greeting"


def test_request_is_over_when_its_response_is(make_app, deployed):
    answer = make_app(PAGE).test_client().get("/home", buffered=True)
    answer.close()
    assert current_request.get() is None
