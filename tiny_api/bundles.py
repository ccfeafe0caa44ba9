"""Turn an uploaded file into a bundle: its name, its hashes and its compressed forms."""

from __future__ import annotations

import gzip
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha384
from typing import Final

import brotli
import zstandard

from tiny_api.grammar import bundle_file

IDENTITY: Final = "identity"
# In the order in which we would rather send them, where they are equally welcome and long.
ENCODINGS: Final = ("br", "zstd", "gzip", IDENTITY)
JAVASCRIPT: Final = "application/javascript; charset=utf-8"
CSS: Final = "text/css; charset=utf-8"
_ZSTD_LEVEL: Final = 9
_GZIP_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class Bundle:
    """One immutable file of a release, before it is stored; `sha384` is the digest's bytes."""

    role: str
    file: str
    media_type: str
    sha384: bytes
    body: bytes

    @property
    def sha384_hex(self) -> str:
        """The key under which the content is stored."""
        return self.sha384.hex()

    @property
    def integrity(self) -> str:
        """The value for an `integrity` attribute (Subresource Integrity)."""
        return integrity_of(self.sha384)


def make_bundle(name: str, role: str, body: bytes) -> Bundle:
    """Name a bundle by its content: the same fragment, role and bytes give the same file."""
    digest = sha384(body).digest()
    return Bundle(
        role=role,
        file=bundle_file(name, role, digest.hex()),
        media_type=CSS if role == "cssBundle" else JAVASCRIPT,
        sha384=digest,
        body=body,
    )


def compressed(body: bytes, brotli_quality: int) -> dict[str, bytes]:
    """Compress the body into each of `ENCODINGS`, made once so that no read has to."""
    return {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=brotli_quality),
        "zstd": zstandard.compress(body, _ZSTD_LEVEL),
        "gzip": gzip.compress(body, _GZIP_LEVEL, mtime=0),
        IDENTITY: body,
    }


def integrity_of(digest: bytes) -> str:
    """Write the Subresource Integrity form of a SHA-384 digest."""
    return "sha384-" + b64encode(digest).decode()


def role_order(role: str) -> tuple[int, str]:
    """Make a sort key that puts `umdBundle` first and `cssBundle` second, as the reference does."""
    return ({"umdBundle": 0, "cssBundle": 1}.get(role, 2), role)
