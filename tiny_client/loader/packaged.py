"""The runtimes that come with this package, for registries that have none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec

from tiny_client.errors import ConfigurationError
from tiny_client.loader.config import InvalidConfig, config_from_json, matches_integrity
from tiny_client.loader.modules import required_modules
from tiny_client.loader.scripts import script_of
from tiny_client.records import LoadedRelease, RuntimeRef

__all__ = ["PackagedRuntimes", "built_in_runtimes"]


_PLAIN: Final = RuntimeRef("plain", "1")


class _Manifest(msgspec.Struct):
    runtimes: dict[str, dict[str, Any]] = {}


# Made here and not at its first use, which several threads may come to at once: see config.py.
_manifest_decoder = msgspec.json.Decoder(_Manifest)


class PackagedRuntimes:
    """Built runtimes in a folder: `manifest.json` names them, `assets/` holds their bundles.

    `manifest.json`: `{"runtimes": {"react@19": {…a config, with "modules"…}}}`.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder = folder
        try:
            manifest = _manifest_decoder.decode((folder / "manifest.json").read_bytes())
        except FileNotFoundError:
            manifest = _Manifest()
        except msgspec.DecodeError as error:
            raise ConfigurationError(
                f"The manifest of the packaged runtimes, {folder / 'manifest.json'}, cannot be "
                f"read: {error}. Build the browser files again"
            ) from error
        self._configs: dict[RuntimeRef, Mapping[str, Any]] = {}
        for key, raw in manifest.runtimes.items():
            name, _, version = key.rpartition("@")
            self._configs[RuntimeRef(name, version)] = raw

    def __contains__(self, ref: object) -> bool:
        return ref in self._configs

    def load(self, ref: RuntimeRef, base_url: str) -> LoadedRelease | None:
        """Return a packaged runtime, or None where there is none of that name and version.

        `base_url` is where browsers get its bundles. Raises `ConfigurationError` where the
        package is damaged.
        """
        raw = self._configs.get(ref)
        if raw is None:
            return None
        where = f"The packaged runtime {ref.name} {ref.contract_version}"
        try:
            config = config_from_json(
                raw,
                name=ref.name,
                contract_version=ref.contract_version,
                base_url=base_url,
            )
        except InvalidConfig as error:
            raise ConfigurationError(f"{where} cannot be used: {error}") from error
        bundle = config.server_bundle or config.umd_bundle
        try:
            content = (self._folder / "assets" / bundle).read_bytes()
        except OSError as error:
            raise ConfigurationError(
                f"{where} is not whole ({error}). Build the browser files again"
            ) from error
        integrity = config.integrity.get(bundle)
        if integrity is not None and not matches_integrity(integrity, content):
            raise ConfigurationError(
                f"{where} is damaged: the bytes of {bundle} are not those that its manifest "
                "names. Build the browser files again"
            )
        return LoadedRelease(config, script_of(bundle, content))

    def providing(self, modules: frozenset[str]) -> RuntimeRef | None:
        """Return the runtime that shares all `modules`, or None.

        The one that shares the fewest modules beyond those wins, then the highest version.
        """
        fitting = [
            (-len(shared), _version_order(ref.contract_version), ref.name, ref)
            for ref, raw in self._configs.items()
            if modules <= (shared := _shared_modules(raw))
        ]
        return max(fitting)[3] if fitting else None

    def infer(self, source: str) -> RuntimeRef | None:
        """Return the runtime that provides what a UMD bundle asks for, or None.

        A bundle that asks for nothing is taken for a plain one.
        """
        modules = required_modules(source)
        return self.providing(modules) if modules else _PLAIN


@cache
def built_in_runtimes() -> PackagedRuntimes:
    """Return the runtimes of this package; none in a checkout that has not been built."""
    return PackagedRuntimes(resources.files("tiny_client") / "_built")


def _shared_modules(raw: Mapping[str, Any]) -> frozenset[str]:
    modules = raw.get("modules", [])
    return frozenset(modules if isinstance(modules, list) else ())


def _version_order(version: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in version.split("."))
