"""Log lines that machines read: JSON with the request's id and what is known of the slot.

The package logs with the standard library and adds `extra` fields to its records. Use these in a
logging configuration of your own, or set `TINY_LOG_FORMAT`.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from tiny_client.request_context import current_request

__all__ = ["FIELDS", "JsonLines", "RequestId", "TextLines", "configure"]

FIELDS: Final = ("fragment", "contract_version", "release", "outcome", "seconds")
"""What a record about a slot has beside the standard attributes; seconds since it was opened."""

_TEXT: Final = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


class RequestId(logging.Filter):
    """Gives each record the id of the request that is being answered, as `request_id`.

    It is "-" outside of a request. Put it on handlers whose format names `%(request_id)s`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the id; no record is dropped."""
        record.request_id = _request_id(record) or "-"
        return True


class TextLines(logging.Formatter):
    """Writes lines for people, with the request's id."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        record.request_id = _request_id(record) or "-"
        return super().format(record)


class JsonLines(logging.Formatter):
    """Writes one JSON object a line: time (UTC), level, logger, message and what else is known.

    `request_id`, the fields of `FIELDS` and `exception` stand there where the record has them.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        request_id = _request_id(record)
        if request_id is not None:
            line["request_id"] = request_id
        for field in FIELDS:
            value = getattr(record, field, None)
            if value is not None:
                line[field] = value if isinstance(value, int | float) else str(value)
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        elif record.exc_text:
            line["exception"] = record.exc_text
        return msgspec.json.encode({name: _sayable(value) for name, value in line.items()}).decode()


def configure(form: Literal["text", "json"]) -> None:
    """Have the root logger's handlers write in this form; where it has none, one on stderr.

    Levels are left as they are.
    """
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(JsonLines() if form == "json" else TextLines())


def _request_id(record: logging.LogRecord) -> str | None:
    # A handler's filter, or who logged on another thread, may have set it already.
    given = getattr(record, "request_id", None)
    if isinstance(given, str) and given != "-":
        return given
    request = current_request.get()
    return None if request is None else request.request_id


def _sayable(value: object) -> object:
    """Return text without lone surrogates, which UTF-8 cannot say."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
