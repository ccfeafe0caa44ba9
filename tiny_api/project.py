"""Read a project folder: its `tiny.json` and the bundles that its build left in `dist/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from tiny_api.errors import ProjectError
from tiny_api.grammar import NAME_RULE, ROLE_RULE, VERSION_RULE, is_name, is_role, is_version

MANIFEST: Final = "tiny.json"
_UMD_ENDINGS: Final = (".umd.js", ".umd.cjs", ".iife.js")
_KEYS: Final = frozenset({"$schema", "name", "contractVersion", "metadata", "bundles"})


@dataclass(frozen=True, slots=True)
class Project:
    """What a folder would deploy: `bundles` maps roles such as `umdBundle` to files."""

    folder: Path
    name: str
    contract_version: str
    metadata: dict[str, Any] = field(default_factory=dict)
    bundles: dict[str, Path] = field(default_factory=dict)


def read_project(
    folder: Path,
    *,
    name: str | None = None,
    contract_version: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    bundles: Mapping[str, Path] | None = None,
) -> Project:
    """Read `folder`; the keyword arguments go over what its `tiny.json` says.

    `metadata` is merged key by key; `bundles` are paths from the working directory and are taken
    beside those of the folder. The folder needs no `tiny.json` if name and contract version are
    given. Raises `ProjectError`.
    """
    if not folder.is_dir():
        raise ProjectError(f"{folder} is not a folder.", "Give the folder that holds tiny.json.")
    manifest = _manifest(folder, needed=name is None or contract_version is None)
    written = _object(folder, manifest, "bundles")
    project = Project(
        folder=folder,
        name=name or _text(folder, manifest, "name"),
        contract_version=contract_version or _text(folder, manifest, "contractVersion"),
        metadata={**_object(folder, manifest, "metadata"), **(metadata or {})},
        bundles={**_bundles(folder, written, bundles or {}), **(bundles or {})},
    )
    _check(project)
    return project


def _manifest(folder: Path, *, needed: bool) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        value = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        if not needed:
            return {}
        raise ProjectError(
            f"{folder} has no {MANIFEST}.",
            'Write {"name": "Cart", "contractVersion": "1.0.0"} into it, or give --name and '
            "--contract-version.",
        ) from None
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ProjectError(f"{path} cannot be read as JSON: {error}.", "Correct it.") from error
    if not isinstance(value, dict):
        raise ProjectError(f"{path} is not a JSON object.", "Begin it with {.")
    unknown = sorted(set(value) - _KEYS)
    if unknown:
        raise ProjectError(
            f"{path} has unknown keys: {', '.join(unknown)}.",
            "What is meant for the config goes under metadata.",
        )
    return value


def _text(folder: Path, manifest: Mapping[str, Any], key: str) -> str:
    value = manifest.get(key)
    if not isinstance(value, str):
        raise ProjectError(f"{folder / MANIFEST} has no text under {key!r}.", "Add it.")
    return value


def _object(folder: Path, manifest: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = manifest.get(key, {})
    if not isinstance(value, dict):
        raise ProjectError(f"{key!r} in {folder / MANIFEST} is not a JSON object.", "Correct it.")
    return value


def _bundles(
    folder: Path, written: Mapping[str, Any], given: Mapping[str, Path]
) -> dict[str, Path]:
    if written:
        wrong = [role for role, path in written.items() if not isinstance(path, str)]
        if wrong:
            raise ProjectError(
                f"bundles.{wrong[0]} in {folder / MANIFEST} is not text.",
                "Give a path such as dist/cart.umd.js.",
            )
        return {role: folder / path for role, path in written.items()}
    return {} if "umdBundle" in given else _found_bundles(folder)


def _found_bundles(folder: Path) -> dict[str, Path]:
    dist = folder / "dist"
    if not dist.is_dir():
        raise ProjectError(f"{folder} has no dist folder.", _build_hint(folder))
    files = sorted(path for path in dist.iterdir() if path.is_file())
    umd = [path for path in files if path.name.endswith(_UMD_ENDINGS)]
    scripts = umd or [path for path in files if path.suffix == ".js"]
    if not scripts:
        raise ProjectError(f"There is no JavaScript in {dist}.", _build_hint(folder))
    styles = [path for path in files if path.suffix == ".css"]
    found = {"umdBundle": _only(folder, scripts)}
    if styles:
        found["cssBundle"] = _only(folder, styles)
    return found


def _only(folder: Path, files: list[Path]) -> Path:
    if len(files) > 1:
        names = ", ".join(path.name for path in files)
        raise ProjectError(
            f"{folder / 'dist'} has several candidates: {names}.",
            f'Name the right one in {folder / MANIFEST}: "bundles": '
            f'{{"umdBundle": "dist/{files[0].name}"}}.',
        )
    return files[0]


def _check(project: Project) -> None:
    if not is_name(project.name):
        raise ProjectError(f"{project.name!r} cannot name a fragment.", f"Use {NAME_RULE}.")
    if not is_version(project.contract_version):
        raise ProjectError(
            f"{project.contract_version!r} cannot be a contract version.",
            f"Use {VERSION_RULE}.",
        )
    if "umdBundle" not in project.bundles:
        raise ProjectError(
            f"{project.folder} names bundles, but no umdBundle.", "Add it to bundles."
        )
    for role, path in project.bundles.items():
        if not is_role(role):
            raise ProjectError(f"{role!r} cannot name a bundle.", f"Use {ROLE_RULE}.")
        if not path.is_file():
            raise ProjectError(f"The {role} {path} does not exist.", _build_hint(project.folder))


def _build_hint(folder: Path) -> str:
    return f"Build it first: run `npm run build` in {folder}."
