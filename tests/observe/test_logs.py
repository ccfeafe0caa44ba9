"""Log lines for machines: one JSON object each, with the request and the slot."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.observe.logs import JsonLines, RequestId, TextLines
from tiny_client.request_context import RequestContext, current_request


def record(message: str = "hello", *args, level=logging.WARNING, exc_info=None, **extra):
    logger = logging.getLogger("tiny_client.test")
    return logger.makeRecord(logger.name, level, "file.py", 1, message, args, exc_info, extra=extra)


def line(entry: logging.LogRecord) -> dict:
    text = JsonLines().format(entry)
    assert "\n" not in text
    return json.loads(text)


def test_line_has_time_level_logger_and_message():
    entry = record("%d slots", 3)
    entry.created = 1_700_000_000.123
    assert line(entry) == {
        "time": "2023-11-14T22:13:20.123Z",
        "level": "WARNING",
        "logger": "tiny_client.test",
        "message": "3 slots",
    }


def test_line_has_the_id_of_the_request_that_is_being_answered():
    token = current_request.set(RequestContext("abc-1"))
    assert line(record())["request_id"] == "abc-1"
    assert "[abc-1] hello" in TextLines().format(record())
    current_request.reset(token)
    assert "request_id" not in line(record())
    assert "[-] hello" in TextLines().format(record())


def test_id_that_the_record_has_already_is_kept():
    token = current_request.set(RequestContext("of this thread"))
    assert line(record(request_id="of the record"))["request_id"] == "of the record"
    current_request.reset(token)


def test_filter_gives_records_an_id_for_any_format():
    filtered = record()
    assert RequestId().filter(filtered)
    assert logging.Formatter("%(request_id)s").format(filtered) == "-"
    token = current_request.set(RequestContext("abc-1"))
    assert line(filtered)["request_id"] == "abc-1"
    current_request.reset(token)


def test_line_has_what_is_known_of_the_slot():
    fields = {
        "fragment": "Cart",
        "contract_version": "1.0.0",
        "release": "r1",
        "outcome": "fallback",
        "seconds": 0.25,
    }
    written = line(record(**fields, other="not ours"))
    assert {name: written.get(name) for name in fields} == fields
    assert "other" not in written


def test_line_has_the_traceback_of_an_exception():
    try:
        raise ValueError("no")
    except ValueError:
        entry = record(exc_info=sys.exc_info())
    assert "ValueError: no" in line(entry)["exception"]


@given(
    st.text(st.characters(codec=None)), st.one_of(st.none(), st.floats(), st.text(), st.binary())
)
def test_any_text_and_any_field_make_one_line(message, field):
    assert line(record("%s", message, release=field))["level"] == "WARNING"


@pytest.mark.parametrize(
    ("setting", "form"), [("json", '{"time":'), ("text", "WARNING shop [-] hello")]
)
def test_setting_has_the_root_logger_write_in_that_form(setting, form):
    program = f"""if True:
        import logging
        from flask import Flask
        from tiny_client import TinyFrontends
        app = Flask("shop")
        app.config.update(TINY_API_URL="http://127.0.0.1:9", TINY_LOG_FORMAT="{setting}")
        TinyFrontends(app)
        logging.getLogger("shop").warning("hello")
        """
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert form in said.stderr
    assert len(said.stderr.splitlines()) == 1
