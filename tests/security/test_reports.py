"""`POST /tiny/reports`: what browsers stopped, in one line each, however hostile the report."""

from __future__ import annotations

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.flask.security import ReportBudget, _line, _reports_in

VIOLATION = {
    "type": "csp-violation",
    "url": "https://shop.test/cart?token=secret",
    "body": {
        "effectiveDirective": "script-src-elem",
        "blockedURL": "https://evil.test/x.js#y",
        "lineNumber": 7,
    },
}
OLD_FORM = {"csp-report": {"document-uri": "https://shop.test/", "violated-directive": "img-src"}}


@pytest.fixture
def client(make_app):
    return make_app(TINY_CSP_REPORTS=True, TINY_REPORT_BYTES=2000).test_client()


def post(client, report, media_type="application/reports+json"):
    body = report if isinstance(report, bytes) else json.dumps(report).encode()
    return client.post("/tiny/reports", data=body, content_type=media_type).status_code


def test_report_is_logged_in_one_line_and_counted(client, caplog):
    assert post(client, [VIOLATION]) == 204
    assert caplog.messages == [
        "The browser reports a csp-violation: document='https://shop.test/cart' "
        "directive='script-src-elem' blocked='https://evil.test/x.js' line='7'"
    ]
    metrics = client.get("/metrics").text
    assert 'tiny_reports_total{kind="csp-violation"} 1.0' in metrics


@pytest.mark.parametrize("media_type", ["application/csp-report", "application/json"])
def test_the_old_form_is_understood(client, caplog, media_type):
    assert post(client, OLD_FORM, media_type) == 204
    assert "directive='img-src'" in caplog.text


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_no_report_is_refused(client, media_type):
    assert post(client, OLD_FORM, media_type) == 415


@pytest.mark.parametrize("body", [b"", b"{", b"[1, null]", b"\xff", b'"x"', b"[" * 1900])
def test_report_that_cannot_be_read_is_taken_and_forgotten(client, caplog, body):
    assert post(client, body) == 204
    assert caplog.messages == []


def test_report_over_the_limit_is_refused_before_it_is_read(client):
    class Unread(io.BytesIO):
        def read(self, *args):
            raise AssertionError("The body was read")

    response = client.post(
        "/tiny/reports",
        input_stream=Unread(),
        content_type="application/reports+json",
        environ_overrides={"CONTENT_LENGTH": "2001"},
    )
    assert response.status_code == 413


def test_report_without_a_length_is_read_up_to_the_limit(client):
    body = io.BytesIO(b" " * 1_000_000)
    response = client.post(
        "/tiny/reports",
        input_stream=body,
        content_type="application/reports+json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert response.status_code == 413
    assert body.tell() <= 20_000


def test_report_of_just_the_limit_is_taken(client):
    assert post(client, b" " * 2000) == 204
    assert post(client, b" " * 2001) == 413


def test_reports_are_bounded_a_minute(make_app, caplog):
    client = make_app(TINY_CSP_REPORTS=True, TINY_REPORTS_PER_MINUTE=3).test_client()
    assert post(client, [VIOLATION, VIOLATION]) == 204
    assert [post(client, [VIOLATION]) for _ in range(3)] == [204, 429, 429]
    assert len(caplog.messages) == 3


def test_one_request_cannot_say_more_than_the_budget(make_app, caplog):
    client = make_app(TINY_CSP_REPORTS=True, TINY_REPORTS_PER_MINUTE=5).test_client()
    assert post(client, [VIOLATION] * 50) == 204
    assert len(caplog.messages) == 5


def test_budget_fills_up_again_and_not_beyond_its_size():
    now = [0.0]
    budget = ReportBudget(60, clock=lambda: now[0])
    assert [budget.take() for _ in range(61)] == [True] * 60 + [False]
    now[0] += 2
    assert [budget.take() for _ in range(3)] == [True, True, False]
    now[0] += 10_000
    assert [budget.take() for _ in range(61)] == [True] * 60 + [False]


def test_there_is_no_endpoint_where_reports_are_off(make_app):
    assert post(make_app().test_client(), [VIOLATION]) == 404


def test_only_reports_can_be_sent(client):
    assert client.get("/tiny/reports").status_code == 405


def test_made_up_kinds_are_one_kind(client, caplog):
    reports = [{"type": f"kind-{number}", "body": {"sample": "x"}} for number in range(3)]
    assert post(client, reports) == 204
    metrics = client.get("/metrics").text
    assert 'tiny_reports_total{kind="other"} 3.0' in metrics
    assert "kind-1" not in metrics


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_no_report_writes_a_second_line_or_a_long_one(fields):
    words = {"documentURL": "\r\nforged", "sample": "\x1b[2J\u2028" * 1000, **fields}
    line = _line(words)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 8000


@given(st.binary())
def test_any_bytes_can_be_sent(body):
    for kind, _ in _reports_in(body):
        assert kind


def test_log_has_a_name_of_its_own(client, caplog):
    post(client, [VIOLATION])
    assert [record.name for record in caplog.records] == ["tiny_client.reports"]
    assert caplog.records[0].levelno == logging.WARNING
