"""The version of the installed distribution."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed_version() -> str:
    try:
        return version("tiny-mosaic")
    except PackageNotFoundError:
        # A checkout that is on the path without being installed.
        return "0+checkout"


VERSION: Final = _installed_version()
