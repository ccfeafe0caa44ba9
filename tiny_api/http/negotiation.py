"""Choose the content encoding that a client likes best (RFC 9110, section 12.5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tiny_api.bundles import ENCODINGS, IDENTITY


def chosen_encoding(accept_encoding: str, sizes: Mapping[str, int]) -> str:
    """Find the encoding with the highest quality; among equals the smallest, br first.

    Without any acceptable one the answer is `identity`, which RFC 9110 allows.
    """
    qualities = _qualities(accept_encoding[:1000])
    welcome = [encoding for encoding in ENCODINGS if qualities[encoding] > 0]
    if not welcome:
        return IDENTITY
    return max(welcome, key=lambda encoding: (qualities[encoding], -sizes[encoding]))


@lru_cache(maxsize=256)
def _qualities(accept_encoding: str) -> Mapping[str, float]:
    named: dict[str, float] = {}
    for item in accept_encoding.split(","):
        coding, _, parameters = item.partition(";")
        named[coding.strip().lower()] = _quality(parameters)
    if "x-gzip" in named:
        named.setdefault("gzip", named["x-gzip"])
    others = named.get("*", 0.0)
    found = {encoding: named.get(encoding, others) for encoding in ENCODINGS}
    # Identity is welcome unless it is refused by name, or with everything else. A client that
    # lists other encodings at full quality means them; one that sends nothing gets identity.
    if IDENTITY not in named and "*" not in named:
        best = max(found.values())
        found[IDENTITY] = best if best > 0 else 1.0
    return found


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = float(value.strip())
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0
