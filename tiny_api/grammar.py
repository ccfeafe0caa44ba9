"""Which names, versions and pages the registry accepts, and how a bundle's file is named."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = r"[A-Za-z][A-Za-z0-9_-]{0,63}"
VERSION: Final = r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}"
ROLE: Final = r"[a-z][A-Za-z0-9]{0,30}Bundle"
CONTENT_HASH_DIGITS: Final = 32
BUNDLE_FILE: Final = (
    rf"{NAME}\.[a-z][A-Za-z0-9]{{0,30}}\.[0-9a-f]{{{CONTENT_HASH_DIGITS}}}\.(js|css)"
)

# Items of a list that come in one answer.
PAGE_DEFAULT: Final = 20
PAGE_MAX: Final = 100

NAME_RULE: Final = "a letter, then up to 63 letters, digits, '_' or '-'"
VERSION_RULE: Final = "a letter or digit, then up to 63 letters, digits, '.', '+' or '-'"
ROLE_RULE: Final = "a lower-case letter, up to 30 letters or digits, then 'Bundle' (cssBundle)"

_NAME = re.compile(NAME)
_VERSION = re.compile(VERSION)
_ROLE = re.compile(ROLE)
_BUNDLE_FILE = re.compile(BUNDLE_FILE)
_DIGITS = re.compile(r"(\d+)")


def is_name(text: str) -> bool:
    """Whether `text` may name a fragment or a runtime."""
    return _NAME.fullmatch(text) is not None


def is_version(text: str) -> bool:
    """Whether `text` may be a contract version or a release id."""
    return _VERSION.fullmatch(text) is not None


def is_role(text: str) -> bool:
    """Whether `text` may be the form field of a bundle, such as `umdBundle`."""
    return _ROLE.fullmatch(text) is not None


def is_bundle_file(text: str) -> bool:
    """Whether `text` could be the file name of a bundle that this registry made."""
    return _BUNDLE_FILE.fullmatch(text) is not None


def bundle_file(name: str, role: str, content_hash: str) -> str:
    """Name a bundle's file, as in `Cart.umd.<hash>.js`; `content_hash` is lower-case hex."""
    extension = "css" if role == "cssBundle" else "js"
    kind = role.removesuffix("Bundle")
    return f"{name}.{kind}.{content_hash[:CONTENT_HASH_DIGITS]}.{extension}"


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Make a sort key under which `10` comes after `9` and `1.10.0` after `1.9.0`."""
    parts = (part for part in _DIGITS.split(version) if part)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)
