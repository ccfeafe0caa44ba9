"""The frozen records that the loader, the engine and the page hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tiny_client.stats import EngineStats

__all__ = ["Engine", "FragmentConfig", "LoadedRelease", "RenderJob", "RuntimeRef", "Script"]


@dataclass(frozen=True, slots=True)
class RuntimeRef:
    """Which runtime a release needs: the registry keeps it under this name and version."""

    name: str
    contract_version: str


@dataclass(frozen=True, slots=True)
class FragmentConfig:
    """What the registry answers for a fragment's name and contract version.

    `base_url` is where its bundles are: `{base_url}/tiny/bundle/{bundle name}`. `integrity` maps
    bundle names to `sha384-…` (empty where the registry gives none). `raw` is the answer as it
    came, with the fields that only others understand.
    """

    name: str
    contract_version: str
    base_url: str
    umd_bundle: str
    css_bundle: str | None = None
    server_bundle: str | None = None
    release: str = ""
    runtime: RuntimeRef | None = None
    pure: bool = False
    integrity: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Script:
    """One JavaScript source: `key` is unique to its bytes, `name` is shown in stack traces."""

    key: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A config together with the script that the server evaluates for it.

    `stale` says that it is older than the caller's TTL and was served all the same.
    """

    config: FragmentConfig
    script: Script
    stale: bool = False


@dataclass(frozen=True, slots=True)
class RenderJob:
    """All that an engine needs to turn one slot into HTML.

    `export` names an export of the bundle, None takes its default. `props_json` is a JSON object.
    `id_prefix` keeps generated ids of several slots of a page apart; the browser gets the same.
    """

    fragment: str
    release: str
    runtime: Script
    bundle: Script
    props_json: str
    export: str | None = None
    id_prefix: str = ""


class Engine(Protocol):
    """Evaluates bundles and returns HTML; safe to call from any thread."""

    def render(self, job: RenderJob, *, timeout: float) -> str:
        """Return the HTML of `job` within `timeout` seconds, or raise a `RenderError`."""
        ...

    def warm(self, job: RenderJob, *, timeout: float) -> None:
        """Render `job` once wherever it may be rendered later, while others go on rendering.

        Takes at most `timeout` seconds; raises the last `RenderError` where no render came through.
        """
        ...

    def stats(self) -> EngineStats:
        """Say what it holds and what it did; cheap, but it asks the kernel for memory figures."""
        ...

    def close(self) -> None:
        """Stop every worker. Calling it twice is harmless."""
        ...
