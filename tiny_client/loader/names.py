"""The grammar of names and versions, and the addresses that are built from them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

from tiny_client.errors import ConfigurationError

__all__ = [
    "bundle_url",
    "check_fragment_name",
    "check_release",
    "check_version",
    "config_url",
    "normal_base_url",
]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}")
_RELEASE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,127}")


def check_fragment_name(name: str) -> None:
    """Raise `ConfigurationError` unless `name` is a letter and up to 63 letters, digits, _ or -."""
    _check("fragment name", name, _NAME, "a letter, then up to 63 letters, digits, '_' or '-'")


def check_version(version: str) -> None:
    """Raise `ConfigurationError` unless `version` follows the grammar of contract versions."""
    _check(
        "contract version",
        version,
        _VERSION,
        "a letter or digit, then up to 63 letters, digits, '.', '+' or '-'",
    )


def check_release(release: str) -> None:
    """Raise `ConfigurationError` unless `release` can be the id of a release."""
    _check(
        "release",
        release,
        _RELEASE,
        "a letter or digit, then up to 127 letters, digits, '.', '_', '+' or '-'",
    )


def _check(what: str, value: object, grammar: re.Pattern[str], wanted: str) -> None:
    if not isinstance(value, str) or not grammar.fullmatch(value):
        raise ConfigurationError(f"A {what} must be {wanted}; got {value!r}")


def normal_base_url(api_url: str) -> str:
    """Return the registry's address without a trailing slash; it may have a path.

    Raises `ConfigurationError` where it is not an http or https address, or has a query, a
    fragment or a password (it is written into pages).
    """
    example = "give one like 'http://localhost:8100'"
    if not isinstance(api_url, str):
        raise ConfigurationError(f"The registry's address must be a string; {example}")
    try:
        parts = urlsplit(api_url)
        port_is_possible = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ConfigurationError(
            f"The registry's address {api_url!r} cannot be read ({error}); {example}"
        ) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_possible:
        raise ConfigurationError(
            f"The registry's address {api_url!r} is no http or https address; {example}"
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            "The registry's address must not hold a user name or password: browsers see it"
        )
    if parts.query or parts.fragment or any(c.isspace() or ord(c) < 32 for c in api_url):
        raise ConfigurationError(
            f"The registry's address {api_url!r} must have no query, fragment or white space"
        )
    return api_url.rstrip("/")


def config_url(base_url: str, name: str, version: str, release: str | None) -> str:
    """Return where the config of the current release is, or of one exact release."""
    if release is None:
        return f"{base_url}/tiny/latest/{_quoted(name)}/{_quoted(version)}"
    return f"{base_url}/tiny/releases/{_quoted(name)}/{_quoted(version)}/{_quoted(release)}"


def bundle_url(base_url: str, bundle: str) -> str:
    """Return where a bundle is."""
    return f"{base_url}/tiny/bundle/{_quoted(bundle)}"


def _quoted(part: str) -> str:
    return quote(part, safe="")
