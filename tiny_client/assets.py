"""What the browser needs from this package: island loader, bus, inspector, packaged runtimes.

The files are built from `tiny_client/browser`, `event_bus` and `runtimes`; the wheel has them.
Their names carry the hash of their content, so they may be cached for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from tiny_client.errors import ConfigurationError

__all__ = ["Asset", "Assets", "packaged_assets"]


@dataclass(frozen=True, slots=True)
class Asset:
    """One built file: its name and its integrity (`sha384-…`)."""

    file: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Assets:
    """The built files. `folder` holds them; `runtimes` are configs by `name@contractVersion`.

    `inspector` is None where the files were built without one.
    """

    folder: Path
    browser: Asset
    bus: Asset
    runtimes: Mapping[str, Mapping[str, Any]]
    inspector: Asset | None = None


class _Manifest(msgspec.Struct):
    browser: Asset
    bus: Asset
    runtimes: dict[str, dict[str, Any]]
    inspector: Asset | None = None


# Made here and not at its first use, which several threads may come to at once: see
# tiny_client/loader/config.py.
_manifest_decoder = msgspec.json.Decoder(_Manifest)


@cache
def packaged_assets() -> Assets:
    """Return the built files of this package.

    Raises `ConfigurationError` in a checkout where they have not been built yet.
    """
    built = Path(str(resources.files("tiny_client"))) / "_built"
    try:
        content = (built / "manifest.json").read_bytes()
    except FileNotFoundError:
        raise ConfigurationError(
            f"The browser files are not built: {built} is missing. Run `make build` in the checkout"
        ) from None
    manifest = _manifest_decoder.decode(content)
    return Assets(
        folder=built / "assets",
        browser=manifest.browser,
        bus=manifest.bus,
        runtimes=manifest.runtimes,
        inspector=manifest.inspector,
    )
