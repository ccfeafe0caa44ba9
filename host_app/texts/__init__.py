"""The host's own words in every language: `{locale}.json`, which its script reads too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from host_app.money import format_price
from host_app.preferences import LOCALES

__all__ = ["DICTIONARIES", "say"]

_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{(\w+)\}")

DICTIONARIES: Mapping[str, Mapping[str, str]] = {
    locale: json.loads((_FOLDER / f"{locale}.json").read_text("utf-8")) for locale in LOCALES
}


def say(locale: str, key: str, args: Mapping[str, object]) -> str:
    """Return the text of `key` with `args` in their places, as plain text.

    `price` is written as money (it is in cents) and `rating` with one decimal, as the language has
    it; everything else as it is. Raises `KeyError` for a key or an argument that there is not.
    """
    return _PLACE.sub(
        lambda place: _write(locale, place[1], args[place[1]]), DICTIONARIES[locale][key]
    )


def _write(locale: str, name: str, value: object) -> str:
    if name == "price":
        return format_price(int(str(value)), locale)
    if name == "rating":
        text = f"{float(str(value)):.1f}"
        return text.replace(".", ",") if locale == "de" else text
    return str(value)
