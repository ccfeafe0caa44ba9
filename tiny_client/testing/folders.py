"""Finds the bundles of a fragment's project folder, as `tiny deploy` does."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

__all__ = ["read_folder"]

_UMD_PATTERNS: Final = ("*.umd.js", "*.umd.cjs", "*.iife.js")
_ARGUMENTS: Final = {"umdBundle": "umd", "cssBundle": "css", "serverBundle": "server"}


class _Project(msgspec.Struct, rename="camel"):
    name: str
    contract_version: str
    metadata: dict[str, Any] = {}
    bundles: dict[str, str] | None = None


def read_folder(folder: Path) -> dict[str, Any]:
    """Return the arguments of `FakeRegistry.deploy` for the project in `folder`.

    Raises `FileNotFoundError` without a `tiny.json` or a bundle, `ValueError` where a file is
    odd or it is not clear which bundle is meant.
    """
    project = msgspec.json.decode((folder / "tiny.json").read_bytes(), type=_Project)
    found: dict[str, Any] = {
        "name": project.name,
        "contract_version": project.contract_version,
        "metadata": project.metadata,
    }
    if project.bundles is not None:
        for key, path in project.bundles.items():
            if key not in _ARGUMENTS:
                raise ValueError(f"{folder / 'tiny.json'} names the unknown bundle {key!r}")
            found[_ARGUMENTS[key]] = (folder / path).read_bytes()
        return found
    dist = folder / "dist"
    scripts = [path for pattern in _UMD_PATTERNS for path in dist.glob(pattern)]
    found["umd"] = _only(scripts or list(dist.glob("*.js")), dist, "UMD bundle").read_bytes()
    styles = list(dist.glob("*.css"))
    if styles:
        found["css"] = _only(styles, dist, "style sheet").read_bytes()
    return found


def _only(paths: list[Path], dist: Path, what: str) -> Path:
    if not paths:
        raise FileNotFoundError(f"There is no {what} in {dist}. Build the fragment first")
    if len(paths) > 1:
        names = ", ".join(sorted(path.name for path in paths))
        raise ValueError(
            f"There is more than one {what} in {dist}: {names}. "
            'Name them in tiny.json: "bundles": {"umdBundle": "dist/…"}'
        )
    return paths[0]
