"""Makes the `Script` of a bundle's bytes."""

from __future__ import annotations

import hashlib

from tiny_client.records import Script

__all__ = ["script_of"]


def script_of(bundle: str, content: bytes) -> Script:
    """Return the script of the bundle named `bundle`; its key is the SHA-384 of its bytes in hex.

    Raises `UnicodeDecodeError` where the bytes are not UTF-8. A byte order mark is left out.
    """
    return Script(hashlib.sha384(content).hexdigest(), bundle, content.decode("utf-8-sig"))
