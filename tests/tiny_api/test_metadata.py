"""What may stand in a release's metadata."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_api.metadata import RESERVED, FieldError, read_metadata


def problems(text: str, *, max_bytes: int = 65536, max_depth: int = 16) -> list[FieldError]:
    return read_metadata(text, max_bytes=max_bytes, max_depth=max_depth)[1]


def test_good_metadata_comes_back_as_it_is() -> None:
    metadata = {
        "runtime": {"name": "react", "contractVersion": "19"},
        "pure": True,
        "exports": ["Mini"],
        "kind": "runtime",
        "modules": [],
        "version": "1.2.3",
        "own": {"any": [1, 2.5, None, "\u2028</script>"]},
    }
    assert read_metadata(json.dumps(metadata), max_bytes=65536, max_depth=16) == (metadata, [])


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", '{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}', '"\\ud800"', "\x00"]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    assert "not valid JSON" in problems(text)[0].problem


@pytest.mark.parametrize("text", ["[]", "1", '"x"', "null"])
def test_what_is_not_an_object_is_refused(text: str) -> None:
    assert "not a JSON object" in problems(text)[0].problem


def test_too_long_metadata_is_refused_by_its_bytes() -> None:
    text = json.dumps({"a": "é" * 40}, ensure_ascii=False)
    assert problems(text, max_bytes=len(text)) != []
    assert problems(text, max_bytes=len(text.encode())) == []


def test_depth_is_counted_from_the_outermost_object() -> None:
    assert problems('{"a": {"b": [1]}}', max_depth=4) == []
    assert "too deep" in problems('{"a": {"b": [1]}}', max_depth=3)[0].problem
    assert "too deep" in problems('{"a":' + "[" * 5000 + "]" * 5000 + "}")[0].problem


@pytest.mark.parametrize("key", [*sorted(RESERVED), "umdBundle", "cssBundle", "myOwnBundle"])
def test_what_the_registry_writes_itself_is_reserved(key: str) -> None:
    assert [error.field for error in problems(json.dumps({key: 1}))] == [f"metadata.{key}"]


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"pure": 1}, "metadata.pure"),
        ({"exports": "Mini"}, "metadata.exports"),
        ({"exports": [1]}, "metadata.exports"),
        ({"modules": {}}, "metadata.modules"),
        ({"kind": 3}, "metadata.kind"),
        ({"kind": "runtime"}, "metadata.modules"),
        ({"version": 1}, "metadata.version"),
        ({"version": "a/b"}, "metadata.version"),
        ({"runtime": "react"}, "metadata.runtime"),
        ({"runtime": {"name": "react"}}, "metadata.runtime"),
        ({"runtime": {"name": "a/b", "contractVersion": "1"}}, "metadata.runtime.name"),
        ({"runtime": {"name": "a", "contractVersion": 1}}, "metadata.runtime.contractVersion"),
    ],
)
def test_known_keys_have_their_types(metadata: dict[str, Any], field: str) -> None:
    assert [error.field for error in problems(json.dumps(metadata))] == [field]


def test_a_key_that_sets_a_prototype_in_the_page_is_refused_at_any_depth() -> None:
    assert "__proto__" in problems('{"a": [{"__proto__": {}}]}')[0].problem


def test_an_integer_that_javascript_would_change_is_refused() -> None:
    assert problems(json.dumps({"a": 2**53 - 1})) == []
    assert "JavaScript" in problems(json.dumps({"a": 2**53}))[0].problem


def test_all_problems_are_told_at_once() -> None:
    found = problems(json.dumps({"api": 1, "pure": 1, "kind": 1, "a": 2**60}))
    assert {error.field for error in found} == {
        "metadata",
        "metadata.api",
        "metadata.pure",
        "metadata.kind",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values))
def test_whatever_is_accepted_can_be_written_again(metadata: dict[str, Any]) -> None:
    accepted, wrong = read_metadata(json.dumps(metadata), max_bytes=65536, max_depth=16)
    if not wrong:
        assert msgspec.json.decode(msgspec.json.encode(accepted)) == accepted
