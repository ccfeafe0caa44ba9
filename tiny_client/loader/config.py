"""Reads the registry's config JSON into a `FragmentConfig`, or says what is wrong with it."""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated, Any, Final

import msgspec

from tiny_client.records import FragmentConfig, RuntimeRef

__all__ = ["InvalidConfig", "config_from_json", "matches_integrity", "parse_config"]

# A bundle name becomes the last part of an address and of a file's path: it must stay one part.
_BUNDLE_GRAMMAR: Final = r"\A(?!\.)(?!.*\.\.)[A-Za-z0-9._~@+=,-]{1,200}\Z"
_INTEGRITY_GRAMMAR: Final = r"\Asha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}\Z"
_NAME_GRAMMAR: Final = r"\A[A-Za-z][A-Za-z0-9_-]{0,63}\Z"
_VERSION_GRAMMAR: Final = r"\A[0-9A-Za-z][0-9A-Za-z.+-]{0,63}\Z"

_Bundle = Annotated[str, msgspec.Meta(pattern=_BUNDLE_GRAMMAR)]
_Integrity = Annotated[str, msgspec.Meta(pattern=_INTEGRITY_GRAMMAR)]
_Text = Annotated[str, msgspec.Meta(max_length=200)]


class InvalidConfig(Exception):
    """A config that breaks the wire contract; the message says where and how."""


class _WireRuntime(msgspec.Struct, rename="camel", frozen=True):
    name: Annotated[str, msgspec.Meta(pattern=_NAME_GRAMMAR)]
    contract_version: Annotated[str, msgspec.Meta(pattern=_VERSION_GRAMMAR)]


class _WireConfig(msgspec.Struct, rename="camel", frozen=True):
    umd_bundle: _Bundle
    css_bundle: _Bundle | None = None
    server_bundle: _Bundle | None = None
    name: _Text | None = None
    contract_version: _Text | None = None
    release: _Text | None = None
    runtime: _WireRuntime | None = None
    pure: bool = False
    integrity: dict[str, _Integrity] | None = None


# msgspec works out a Struct's fields at its first use, and another thread that comes upon a Struct
# half worked out crashes the process. Making a decoder does that work while this is imported.
msgspec.json.Decoder(_WireConfig)


def parse_config(
    body: bytes, *, name: str, contract_version: str, base_url: str, release: str | None = None
) -> FragmentConfig:
    """Read the answer for `name` and `contract_version` (and an exact `release`, if given).

    Source of the format: the tiny-frontend wire contract (`umdBundle`, `cssBundle`) with this
    project's fields, all of which may be missing. Fields that are not known here stay in `raw`.

    Raises `InvalidConfig`.
    """
    try:
        raw: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidConfig(f"its config is not JSON: {error}") from error
    return config_from_json(
        raw, name=name, contract_version=contract_version, base_url=base_url, release=release
    )


def config_from_json(
    raw: Any, *, name: str, contract_version: str, base_url: str, release: str | None = None
) -> FragmentConfig:
    """Do what `parse_config` does with JSON that has been decoded already."""
    try:
        wire = msgspec.convert(raw, _WireConfig)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidConfig(f"its config has an odd shape: {error}") from error
    for field, asked, given in (
        ("name", name, wire.name),
        ("contractVersion", contract_version, wire.contract_version),
        ("release", release, wire.release),
    ):
        if asked is not None and given is not None and asked != given:
            raise InvalidConfig(f"its config is that of another {field}: {given!r}")
    runtime = wire.runtime
    return FragmentConfig(
        name=name,
        contract_version=contract_version,
        base_url=base_url,
        umd_bundle=wire.umd_bundle,
        css_bundle=wire.css_bundle,
        server_bundle=wire.server_bundle,
        release=wire.release or "",
        runtime=None if runtime is None else RuntimeRef(runtime.name, runtime.contract_version),
        pure=wire.pure,
        integrity=wire.integrity or {},
        raw=raw,
    )


def matches_integrity(integrity: str, content: bytes) -> bool:
    """Say whether `content` has the hash `integrity`, as Subresource Integrity writes it."""
    algorithm, _, expected = integrity.partition("-")
    digest = hashlib.new(algorithm, content).digest()
    return base64.b64encode(digest).rstrip(b"=") == expected.rstrip("=").encode()
