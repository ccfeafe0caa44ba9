"""Message contracts as Python reads them: checks what a host puts into a page for its fragments.

The contracts are declared in TypeScript (`defineContracts`) and written by `tiny-bus-contracts`
into a snapshot of JSON Schemas, which is committed; this module reads that file. A payload is
judged as the page will judge it: as the JSON that it becomes, and with the same formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn, Self

import msgspec
from jsonschema_rs import Draft202012Validator, ValidationError

from tiny_client.errors import ConfigurationError, PropsError, TinyError
from tiny_client.html import canonical_json, script_safe

__all__ = ["MessageContracts", "PayloadError", "PayloadProblem"]

SNAPSHOT_FORMAT = 1
# Characters of a problem's text: it may quote the value that is wrong.
MAX_PROBLEM_LENGTH = 200

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\0- \"<>\\^`{|}]+", re.IGNORECASE | re.ASCII)


def _is_date_time(text: str) -> bool:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return False
    day = match[1]
    try:
        # Python has no year 0, which was a leap year like 2000.
        date.fromisoformat("2000" + day[4:] if day.startswith("0000") else day)
    except ValueError:
        return False
    return True


# The formats of event_bus/src/schema/formats.ts; tests/contracts holds both to the same verdicts.
_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": _is_date_time,
    "uri": lambda text: _URI.fullmatch(text) is not None,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
}


@dataclass(frozen=True, slots=True)
class PayloadProblem:
    """One thing that is wrong with a payload; `pointer` is a JSON pointer into it."""

    pointer: str
    text: str

    def __str__(self) -> str:
        return f"{self.pointer or 'the payload'}: {self.text}"


class PayloadError(TinyError, ValueError):
    """A payload that its contract does not take.

    Attributes: the message's `name`, and all `problems` of the payload.
    """

    def __init__(self, name: str, problems: list[PayloadProblem]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(f"The message {name!r} is wrong: {'; '.join(map(str, problems))}")


@dataclass(frozen=True, slots=True)
class _Contract:
    version: int
    payload: Draft202012Validator


class MessageContracts:
    """The contracts of a snapshot; `MessageContracts.read("contracts.json")` makes one.

    It may be shared by threads.
    """

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        """Raise `ConfigurationError` where `snapshot` is none that this version can read."""
        messages = snapshot.get("messages")
        if snapshot.get("format") != SNAPSHOT_FORMAT or not isinstance(messages, dict):
            raise ConfigurationError(
                f"This is no snapshot of message contracts of format {SNAPSHOT_FORMAT}. "
                "Write it with tiny-bus-contracts"
            )
        self._contracts = {name: _contract(name, message) for name, message in messages.items()}

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Self:
        """Return the contracts of a snapshot file.

        Raises `ConfigurationError` where it cannot be read or is no snapshot.
        """
        try:
            snapshot = msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigurationError(f"Cannot read message contracts of {path}: {error}") from error
        return cls(snapshot)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the messages, in order."""
        return tuple(sorted(self._contracts))

    def version(self, name: str) -> int:
        """Return the version of a message. Raises `PayloadError` where there is none."""
        return self._find(name).version

    def validate(self, name: str, payload: Any, version: int | None = None) -> None:
        """Check the payload of a message, and that its contract has this version, if given.

        Raises `PayloadError` with everything that is wrong.
        """
        self._check(name, payload, version)

    def payload_json(self, name: str, payload: Any, version: int | None = None) -> str:
        """Return a payload as canonical JSON, after `validate`.

        It may stand inside a script element as it is (`<`, `>` and `&` are written as `\\u003c` and
        so on), and, escaped like any text, in an attribute.
        """
        return script_safe(self._check(name, payload, version))

    def _check(self, name: str, payload: Any, version: int | None) -> str:
        contract = self._find(name)
        if version is not None and version != contract.version:
            text = f"version {version} is asked for, the contract is of version {contract.version}"
            raise PayloadError(name, [PayloadProblem("", text)])
        try:
            text = canonical_json({"payload": payload})[len('{"payload":') : -1]
        except PropsError as error:
            raise PayloadError(name, [PayloadProblem("", str(error))]) from error
        errors = contract.payload.iter_errors(msgspec.json.decode(text))
        problems = sorted(map(_problem, errors), key=lambda problem: problem.pointer)
        if problems:
            raise PayloadError(name, problems)
        return text

    def _find(self, name: str) -> _Contract:
        contract = self._contracts.get(name)
        if contract is None:
            known = ", ".join(self.names) or "none"
            raise PayloadError(name, [PayloadProblem("", f"there is no such message, but {known}")])
        return contract


def _contract(name: str, message: Any) -> _Contract:
    try:
        validator = Draft202012Validator(
            message["payload"],
            validate_formats=True,
            formats=dict(_FORMATS),
            retriever=_refuse_to_fetch,
        )
        return _Contract(int(message["version"]), validator)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The contract of {name!r} cannot be read: {error}") from error


def _refuse_to_fetch(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not in the snapshot, and nothing is fetched")


def _problem(error: ValidationError) -> PayloadProblem:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path)
    text = error.message
    if len(text) > MAX_PROBLEM_LENGTH:
        text = f"{text[:MAX_PROBLEM_LENGTH]}…"
    return PayloadProblem("".join(f"/{step}" for step in steps), text)
