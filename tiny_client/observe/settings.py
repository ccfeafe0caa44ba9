"""The settings of what a host says about itself."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tiny_client.errors import ConfigurationError
from tiny_client.loader.forwarding import NEVER_FORWARDED

__all__ = ["ObserveSettings"]

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _shared_by_convention() -> Path | None:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(folder) if folder else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveSettings:
    """What a host counts, writes and hands on; raises ConfigurationError for what cannot work.

    - `metrics_dir`: a folder through which the processes of a host share their metrics, so that
      `/metrics` of one answers for all; None: each answers for itself. Where it is not set, it is
      the folder that `prometheus_client` knows, `PROMETHEUS_MULTIPROC_DIR` of the environment.
    - `metrics_releases`: how many releases of a fragment have series of their own; those that
      were served the longest time ago go first.
    - `metrics_fragments`: the same for fragments.
    - `log_format`: "json" or "text" sets the root logger's handlers up, None leaves them alone.
    - `forward_headers`: names of request headers that go along to the registry.
    """

    metrics_dir: Path | None = field(default_factory=_shared_by_convention)
    metrics_releases: int = 5
    metrics_fragments: int = 1000
    log_format: Literal["text", "json"] | None = None
    forward_headers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("metrics_releases", "metrics_fragments"):
            if getattr(self, name) < 1:
                raise ConfigurationError(
                    f"TINY_{name.upper()} is {getattr(self, name)!r}; it must be at least 1"
                )
        for header in self.forward_headers:
            if not _HEADER_NAME.fullmatch(header) or header.lower() in NEVER_FORWARDED:
                raise ConfigurationError(
                    f"TINY_FORWARD_HEADERS has {header!r}, which cannot be forwarded. Name "
                    "headers of the visitor's request that say who or what they want, for "
                    'example "Accept-Language"'
                )
