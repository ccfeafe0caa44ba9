"""Message contracts in Python: what a host may put into a page, and what it is told otherwise."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path

import pytest

from tiny_client.contracts import MessageContracts, PayloadError, PayloadProblem
from tiny_client.errors import ConfigurationError, TinyError

ROOT = Path(__file__).parent.parent.parent

ITEM = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "minLength": 1},
        "quantity": {"type": "integer", "minimum": 1},
        "added": {"type": "string", "format": "date-time"},
    },
    "required": ["sku"],
    "additionalProperties": False,
}


def snapshot(**messages: dict) -> dict:
    return {"$schema": "draft", "format": 1, "messages": messages}


@pytest.fixture
def contracts() -> MessageContracts:
    messages = {
        "cart:item-added": {"kind": "event", "version": 2, "payload": ITEM},
        "cart:lines": {
            "kind": "state",
            "version": 1,
            "payload": {"type": "array", "items": ITEM},
        },
    }
    return MessageContracts(snapshot(**messages))


def problems(contracts: MessageContracts, name: str, payload: object, **more: int) -> list:
    with pytest.raises(PayloadError) as caught:
        contracts.validate(name, payload, **more)
    assert caught.value.name == name
    return caught.value.problems


def test_payload_that_its_contract_takes_passes(contracts):
    contracts.validate("cart:item-added", {"sku": "mug", "quantity": 1})
    contracts.validate("cart:item-added", {"sku": "mug"}, version=2)
    contracts.validate("cart:lines", [])


def test_names_and_versions_are_known(contracts):
    assert contracts.names == ("cart:item-added", "cart:lines")
    assert contracts.version("cart:item-added") == 2


def test_every_problem_is_told_with_its_place(contracts):
    lines = [{"sku": "mug"}, {"sku": "", "quantity": 0}, {"a/b~c": 1}]
    assert problems(contracts, "cart:lines", lines) == [
        PayloadProblem("/1/quantity", "0 is less than the minimum of 1"),
        PayloadProblem("/1/sku", '"" is shorter than 1 character'),
        PayloadProblem("/2", "Additional properties are not allowed ('a/b~c' was unexpected)"),
        PayloadProblem("/2", '"sku" is a required property'),
    ]


def test_error_reads_as_a_sentence_and_is_a_value_error(contracts):
    with pytest.raises(ValueError, match="quantity") as caught:
        contracts.validate("cart:item-added", {"sku": "mug", "quantity": 0})
    assert isinstance(caught.value, TinyError)
    assert str(caught.value) == (
        "The message 'cart:item-added' is wrong: /quantity: 0 is less than the minimum of 1"
    )


def test_pointer_escapes_what_has_a_meaning_in_it():
    schema = {"additionalProperties": {"type": "null"}}
    contracts = MessageContracts(snapshot(a={"kind": "event", "version": 1, "payload": schema}))
    assert problems(contracts, "a", {"a/b~c": 1})[0].pointer == "/a~1b~0c"


def test_long_value_is_not_quoted_whole(contracts):
    (problem,) = problems(contracts, "cart:lines", "x" * 10_000)
    assert len(problem.text) < 250


def test_another_version_is_told_apart(contracts):
    (problem,) = problems(contracts, "cart:item-added", {"sku": "mug"}, version=1)
    assert problem.text == "version 1 is asked for, the contract is of version 2"


def test_unknown_message_is_told_with_those_that_exist(contracts):
    (problem,) = problems(contracts, "cart:item-add", {})
    assert problem.text == "there is no such message, but cart:item-added, cart:lines"


def test_payload_is_judged_as_the_json_that_it_becomes(contracts):
    added = datetime.datetime(2026, 5, 1, 10, tzinfo=datetime.UTC)
    payload = {"sku": "mug", "added": added}
    contracts.validate("cart:item-added", payload)
    text = contracts.payload_json("cart:item-added", payload)
    assert text == '{"added":"2026-05-01T10:00:00Z","sku":"mug"}'


@pytest.mark.parametrize("value", [object(), float("nan"), {1: {2}, "a": object()}])
def test_what_has_no_json_form_is_a_payload_error(contracts, value):
    (problem,) = problems(contracts, "cart:item-added", {"sku": value})
    assert "cannot be written as JSON" in problem.text


def test_json_is_canonical_and_ends_no_script(contracts):
    payload = {"sku": "</script><!--&\u2028", "quantity": 1}
    text = contracts.payload_json("cart:item-added", payload)
    assert text == ('{"quantity":1,"sku":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028"}')
    assert json.loads(text) == payload


def test_wrong_payload_gives_no_json(contracts):
    with pytest.raises(PayloadError):
        contracts.payload_json("cart:item-added", {})


@pytest.mark.parametrize(
    "content", ["no JSON", "[]", "{}", '{"format": 2, "messages": {}}', '{"format": 1}']
)
def test_file_that_is_no_snapshot_is_a_configuration_error(tmp_path, content):
    path = tmp_path / "contracts.json"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match="message contracts"):
        MessageContracts.read(path)


def test_missing_file_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"contracts\.json"):
        MessageContracts.read(tmp_path / "contracts.json")


@pytest.mark.parametrize(
    "message",
    [
        {"version": 1},
        {"payload": {}},
        {"version": 1, "payload": {"type": "text"}},
        {"version": 1, "payload": {"$ref": "http://127.0.0.1:9/schema.json"}},
        "message",
    ],
)
def test_contract_that_is_none_is_a_configuration_error(message):
    with pytest.raises(ConfigurationError, match="'cart:open'"):
        MessageContracts(snapshot(**{"cart:open": message}))


def test_what_the_command_line_writes_is_read(tmp_path):
    module = tmp_path / "contracts.mjs"
    definitions = {"cart:item-added": {"kind": "event", "version": 2, "payload": ITEM}}
    module.write_text(f"export const contracts = {json.dumps({'definitions': definitions})};")
    command = ROOT / "event_bus" / "bin" / "tiny-bus-contracts.mjs"
    path = tmp_path / "contracts.json"
    subprocess.run(["node", str(command), "write", str(module), str(path)], check=True)
    contracts = MessageContracts.read(path)
    assert contracts.names == ("cart:item-added",)
    contracts.validate("cart:item-added", {"sku": "mug"}, version=2)
