"""What Python says of a payload is what the page says of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tiny_client.contracts import MessageContracts, PayloadError

TEXTS = [
    "",
    "a",
    "ab",
    "🛒",
    "🛒🛒",
    "p12",
    "5f1c2a34-9d1e-4c77-8f6e-0a1b2c3d4e5f",
    "5F1C2A34-9D1E-4C77-8F6E-0A1B2C3D4E5F",
    "5f1c2a34-9d1e-4c77-8f6e-0a1b2c3d4e5f\n",
    "5f1c2a349d1e4c778f6e0a1b2c3d4e5f",
    "2026-05-01T10:00:00Z",
    "2026-05-01T10:00Z",
    "2026-05-01T10:00:00.123456+02:00",
    "2026-05-01t10:00:00z",
    "2026-05-01 10:00:00Z",
    "2026-05-01T10:00:00",
    "2026-05-01T24:00:00Z",
    "2026-05-01T23:59:60Z",
    "2026-05-01T10:00:00+24:00",
    "2026-04-31T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2024-02-29T10:00:00Z",
    "1900-02-29T10:00:00Z",
    "2000-02-29T10:00:00Z",
    "0000-02-29T10:00:00Z",
    "2026-00-01T10:00:00Z",
    "2026-01-00T10:00:00Z",
    "2026-13-01T10:00:00Z",
    "٢٠٢٦-05-01T10:00:00Z",
    "2026-05-01T10:00:00Z\n",
    "https://example.org/a?b=c#d",
    "https://example.org/a b",
    "https://example.org/ä",
    "mailto:a@example.org",
    "urn:x",
    "//example.org",
    "a.png",
    "x:",
    "1x:y",
    "x:y\n",
    "x:\u2028",
    "\u017f:y",
]
FORMATS = ["uuid", "date-time", "uri"]
TYPES = ["string", "number", "integer", "boolean", "null", "array", "object"]
KEYS = ["id", "sku", "a/b", "ä"]
# A page may find these in the data; a schema cannot name them.
DATA_KEYS = [*KEYS, "__proto__", "constructor", "toString", "hasOwnProperty"]

numbers = st.sampled_from([0, 1, 2, -1, 1.0, 1.5, 0.1, 1e21, -0.0, 2**53, 5e-324])
texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
primitives = st.none() | st.booleans() | numbers | texts
payloads = st.recursive(
    primitives,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(DATA_KEYS), inner, max_size=4)
    ),
    max_leaves=8,
)


def schemas_of(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(st.sampled_from(KEYS), unique=True, max_size=2)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES)
            | st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True),
            "properties": st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
            "required": lists,
            "additionalProperties": st.booleans() | inner,
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=3),
        },
    )


leaves = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES)
        | st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True),
        "enum": st.lists(primitives, min_size=1, max_size=3, unique_by=repr),
        "const": primitives,
        "minimum": numbers,
        "maximum": numbers,
        "exclusiveMinimum": numbers,
        "exclusiveMaximum": numbers,
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "minItems": st.integers(0, 2),
        "maxItems": st.integers(0, 2),
        "pattern": st.sampled_from([r"^p\d+$", "a|b", "^.$", r"^[^\s]*$", r"\p{L}"]),
        "format": st.sampled_from(FORMATS),
        "title": st.just("t"),
    },
)
schemas = st.recursive(leaves, schemas_of, max_leaves=6)


def python_judge(schema: dict[str, Any], value: Any) -> bool:
    message = {"kind": "event", "version": 1, "payload": schema}
    contracts = MessageContracts({"format": 1, "messages": {"m": message}})
    try:
        contracts.validate("m", value)
    except PayloadError:
        return False
    return True


@pytest.mark.parametrize("name", FORMATS)
def test_both_sides_agree_on_every_format(browser_judge, name):
    schema = {"format": name}
    verdicts = {text: (browser_judge(schema, text), python_judge(schema, text)) for text in TEXTS}
    assert [text for text, (page, host) in verdicts.items() if page is not host] == []
    assert {host for _, host in verdicts.values()} == {True, False}


@given(name=st.sampled_from(FORMATS), text=texts | st.from_regex(r"\A[0-9TZ:+.x/ -]{0,24}\Z"))
@settings(max_examples=200, deadline=None)
def test_both_sides_agree_on_any_text_in_a_format(browser_judge, name, text):
    schema = {"format": name}
    assert browser_judge(schema, text) is python_judge(schema, text)


@given(schema=schemas, value=payloads)
@example(schema={"enum": [1]}, value=1.0)
@example(schema={"enum": [1]}, value=True)
@example(schema={"const": 0}, value=-0.0)
@example(schema={"type": "integer"}, value=1e21)
@example(schema={"maxLength": 1}, value="🛒")
@example(schema={"required": ["id"], "additionalProperties": False}, value={"id": 1})
@example(schema={"additionalProperties": False}, value={"__proto__": 1})
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_both_sides_agree_on_any_schema_and_payload(browser_judge, schema, value):
    assert browser_judge(schema, value) is python_judge(schema, value)
