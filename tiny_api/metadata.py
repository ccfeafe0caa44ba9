"""Check the metadata of a release: JSON that goes into the config as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tiny_api.grammar import NAME_RULE, VERSION_RULE, is_name, is_role, is_version

# What the registry writes itself, into the config, the release or the page.
RESERVED: Final = frozenset(
    {
        "api",
        "bundles",
        "contractVersion",
        "createdAt",
        "current",
        "deployedBy",
        "integrity",
        "name",
        "previousRelease",
        "redeployed",
        "release",
        "warnings",
    }
)
# Beyond this, JavaScript would read another number than was sent.
_LARGEST_INTEGER: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with a request: the field, the problem, the remedy."""

    field: str
    problem: str
    remedy: str


def read_metadata(
    text: str, *, max_bytes: int, max_depth: int
) -> tuple[dict[str, Any], list[FieldError]]:
    """Parse metadata and find all that is wrong with it; the dict is empty if it is not JSON."""
    size = len(text.encode(errors="replace"))
    if size > max_bytes:
        return {}, [_error(f"is {size} bytes long", f"Keep it under {max_bytes} bytes.")]
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        return {}, [_error("nests too deep", f"Nest at most {max_depth} deep.")]
    except (msgspec.MsgspecError, UnicodeError) as error:
        return {}, [
            _error(f"is not valid JSON: {error}", 'Send a JSON object such as {"pure": true}.')
        ]
    if not isinstance(value, dict):
        return {}, [_error("is not a JSON object", 'Send an object such as {"pure": true}.')]
    return value, [*_general(value, max_depth), *_known_keys(value)]


def _general(metadata: dict[str, Any], max_depth: int) -> Iterator[FieldError]:
    for key in sorted(metadata):
        if key in RESERVED or is_role(key):
            yield _error("is written by the registry", "Leave this key out.", key)
    seen: set[str] = set()
    for depth, value in _walk(metadata):
        if depth > max_depth:
            problem, remedy = "nests too deep", f"Nest at most {max_depth} deep."
        elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
            problem = f"holds an integer that JavaScript cannot: {str(value)[:30]}"
            remedy = "Send it as a string."
        elif isinstance(value, float) and not math.isfinite(value):
            problem, remedy = "holds a number that is not finite", "Leave it out or send null."
        elif isinstance(value, dict) and "__proto__" in value:
            problem = "has a key __proto__, which would change objects in the page"
            remedy = "Use another key."
        else:
            continue
        if problem not in seen:
            seen.add(problem)
            yield _error(problem, remedy)


def _walk(root: object) -> Iterator[tuple[int, object]]:
    stack: list[tuple[int, object]] = [(1, root)]
    while stack:
        depth, value = stack.pop()
        yield depth, value
        if isinstance(value, dict):
            stack.extend((depth + 1, item) for item in value.values())
        elif isinstance(value, list):
            stack.extend((depth + 1, item) for item in value)


def _known_keys(metadata: dict[str, Any]) -> Iterator[FieldError]:
    if "pure" in metadata and not isinstance(metadata["pure"], bool):
        yield _error("is not true or false", "Send a boolean.", "pure")
    kind = metadata.get("kind", "fragment")
    if not isinstance(kind, str) or not is_name(kind):
        yield _error("is not a name", f'Send "runtime" or leave it out; it is {NAME_RULE}.', "kind")
    for key in ("exports", "modules"):
        if key in metadata and not _is_strings(metadata[key]):
            yield _error("is not a list of strings", 'Send a list such as ["react"].', key)
    if kind == "runtime" and "modules" not in metadata:
        yield _error("is missing", "Say which modules this runtime shares; [] if none.", "modules")
    if "version" in metadata and not _matches(metadata["version"], is_version):
        yield _error("cannot be a release id", f"It is {VERSION_RULE}.", "version")
    if "runtime" in metadata:
        yield from _runtime(metadata["runtime"])


def _runtime(runtime: object) -> Iterator[FieldError]:
    if not isinstance(runtime, dict) or set(runtime) != {"name", "contractVersion"}:
        yield _error(
            "is not an object with name and contractVersion, and nothing else",
            'Send {"name": "react", "contractVersion": "19"}.',
            "runtime",
        )
        return
    if not _matches(runtime["name"], is_name):
        yield _error("cannot name a runtime", f"It is {NAME_RULE}.", "runtime.name")
    if not _matches(runtime["contractVersion"], is_version):
        yield _error(
            "cannot be a contract version", f"It is {VERSION_RULE}.", "runtime.contractVersion"
        )


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _matches(value: object, rule: Any) -> bool:
    return isinstance(value, str) and bool(rule(value))


def _error(problem: str, remedy: str, key: str | None = None) -> FieldError:
    place = "metadata" if key is None else f"metadata.{key}"
    return FieldError(place, f"{place} {problem}.", remedy)
