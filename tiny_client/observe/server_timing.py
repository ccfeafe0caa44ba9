"""Writes the Server-Timing header of a page, which browsers show beside its request; pure.

The format: https://www.w3.org/TR/server-timing/ with tokens of RFC 9110.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tiny_client.composition import SlotOutcome, SlotRequest

__all__ = ["MAX_LENGTH", "server_timing"]

MAX_LENGTH: Final = 2048
"""Bytes: proxies keep 4 KB for all headers of an answer, and this is the one that can do without.
"""
_ROOM_FOR_MORE: Final = 32
_NO_TOKEN: Final = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_LONGEST_NAME: Final = 64
_NAMES_KEPT: Final = 1024


def server_timing(outcomes: Iterable[tuple[SlotRequest, SlotOutcome]]) -> str:
    """Return the header's value: a fragment's name, how its slot ended, and milliseconds.

    The second slot of a fragment is `name.2`. What goes beyond `MAX_LENGTH` is left out, and the
    last entry says how many that are. It is empty where there are no outcomes.
    """
    entries: list[str] = []
    names: set[str] = set()
    length = left_out = 0
    for request, outcome in outcomes:
        name = _unique(_token(request.name), names)
        entry = f'{name};desc="{_token(outcome.kind)}";dur={outcome.seconds * 1000:.1f}'
        if left_out or length + len(entry) + 2 > MAX_LENGTH - _ROOM_FOR_MORE:
            left_out += 1
            continue
        names.add(name)
        entries.append(entry)
        length += len(entry) + 2
    if left_out:
        entries.append(f'{_unique("more", names)};desc="{left_out} more"')
    return ", ".join(entries)


@lru_cache(maxsize=_NAMES_KEPT)
def _token(name: str) -> str:
    return _NO_TOKEN.sub("_", name)[:_LONGEST_NAME] or "_"


def _unique(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}.{number}"
    return candidate
