"""What of a visitor's request reaches the registry: the id, and nothing else that is not named."""

from __future__ import annotations

import contextvars

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.loader.forwarding import forwarded_headers
from tiny_client.request_context import RequestContext, current_request


def load_within(context, loader, *args, **kwargs):
    def load():
        current_request.set(context)
        return loader.load(*args, **kwargs)

    return contextvars.copy_context().run(load)


def test_config_and_bundle_are_asked_for_with_the_id_of_the_visitors_request(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    load_within(RequestContext("visit-1"), loader, "Cart", "1.0.0")
    assert [one.headers["x-request-id"] for one in registry.requests] == ["visit-1", "visit-1"]


def test_cookies_and_credentials_stay_here_unless_they_are_named(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    load_within(RequestContext("visit-1"), loader, "Cart", "1.0.0")
    for request in registry.requests:
        ours = {"host", "accept", "accept-encoding", "user-agent", "x-request-id", "connection"}
        assert set(request.headers) <= ours


def test_headers_that_are_named_go_along(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    context = RequestContext("visit-1", {"Accept-Language": "de", "X-Tenant": "north"})
    load_within(context, loader, "Cart", "1.0.0")
    assert registry.requests[0].headers["accept-language"] == "de"
    assert registry.requests[1].headers["x-tenant"] == "north"


def test_a_request_without_a_visitor_carries_no_id(registry, loader):
    registry.deploy("Cart", "1.0.0", umd="1")
    load_within(None, loader, "Cart", "1.0.0")
    load_within(RequestContext("visit-1"), loader, "Cart", "1.0.0", cache_ttl=0)
    load_within(None, loader, "Cart", "1.0.0", cache_ttl=0)
    ids = [one.headers.get("x-request-id") for one in registry.requests]
    assert ids == [None, None, "visit-1", None]


@pytest.mark.parametrize(
    "name",
    ["Host", "accept-encoding", "If-None-Match", "Range", "Transfer-Encoding", "X-Request-Id"],
)
def test_a_named_header_cannot_change_the_exchange(name):
    assert forwarded_headers(RequestContext("id", {name: "1"})) == {"X-Request-Id": "id"}


@given(st.text(), st.text(), st.text())
def test_no_header_breaks_out_of_its_line(request_id, name, value):
    for sent in forwarded_headers(RequestContext(request_id, {name: value})).items():
        for text in sent:
            assert text.isascii()
            assert text.isprintable() or "\t" in text
            assert "\r" not in text
            assert "\n" not in text
            assert text == text.strip()
            assert text
