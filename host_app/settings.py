"""The shop's settings: names, units, defaults, and where they come from."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tiny_client.settings import from_environ as tiny_settings

__all__ = ["DEFAULTS", "REPOSITORY", "from_environ", "instance_folder", "secret_key"]

REPOSITORY = Path(__file__).resolve().parent.parent
_SECRET_KEY_BYTES = 32

DEFAULTS: Mapping[str, Any] = {
    "TINY_API_URL": "http://127.0.0.1:8100",
    # The shop's own script makes the page's bus.
    "TINY_BUS": False,
    # Lines that a cart may have, and pieces in one line.
    "SHOP_CART_MAX_LINES": 20,
    "SHOP_CART_MAX_QUANTITY": 99,
    # Bytes of a request body.
    "SHOP_MAX_BODY_BYTES": 16 * 1024,
    # True where the shop is served over HTTPS only.
    "SHOP_COOKIE_SECURE": False,
    "SESSION_COOKIE_NAME": "shop_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
}

_TEXTS = ("SHOP_DATABASE", "SHOP_INSTANCE", "SHOP_SECRET_KEY")
_NUMBERS = ("SHOP_CART_MAX_LINES", "SHOP_CART_MAX_QUANTITY", "SHOP_MAX_BODY_BYTES")


def from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the shop's and Tiny Mosaic's settings among environment variables.

    Raises `ValueError` for a number that is none.
    """
    found = tiny_settings(environ)
    found.update({name: environ[name] for name in _TEXTS if environ.get(name)})
    for name in _NUMBERS:
        if environ.get(name):
            try:
                found[name] = int(environ[name])
            except ValueError:
                raise ValueError(f"{name} must be a whole number, not {environ[name]!r}") from None
    if environ.get("SHOP_COOKIE_SECURE"):
        found["SHOP_COOKIE_SECURE"] = environ["SHOP_COOKIE_SECURE"].lower() in ("1", "true", "yes")
    return found


def instance_folder(settings: Mapping[str, Any]) -> Path:
    """Return the absolute path of the folder for what the shop keeps (`SHOP_INSTANCE`)."""
    return Path(settings.get("SHOP_INSTANCE") or REPOSITORY / ".tiny" / "shop").resolve()


def secret_key(settings: Mapping[str, Any], folder: Path) -> str:
    """Return the key that signs sessions: `SHOP_SECRET_KEY`, else one made once and kept.

    It is kept in `folder/secret-key`, which only its owner may read. Processes that start at once
    agree on one key.
    """
    if settings.get("SHOP_SECRET_KEY"):
        return str(settings["SHOP_SECRET_KEY"])
    file = folder / "secret-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Written whole under another name (mode 0600) and then linked: a link never overwrites,
        # so the first process wins and no reader meets half a key.
        handle, draft = tempfile.mkstemp(dir=folder, prefix="secret-key.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(secrets.token_hex(_SECRET_KEY_BYTES))
            with suppress(FileExistsError):
                os.link(draft, file)
        finally:
            os.unlink(draft)
    return file.read_text(encoding="ascii").strip()
