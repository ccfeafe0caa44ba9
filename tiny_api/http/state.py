"""What the routes of one app share: settings, database, cache, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from flask import current_app
from sqlalchemy import Engine

from tiny_api.http.cache import BundleCache
from tiny_api.http.metrics import Metrics
from tiny_api.settings import RegistrySettings

EXTENSION: Final = "tiny_api"


@dataclass(frozen=True, slots=True)
class Registry:
    """One registry in one process."""

    settings: RegistrySettings
    engine: Engine
    cache: BundleCache
    metrics: Metrics


def registry() -> Registry:
    """Return the registry of the app that answers now."""
    return cast(Registry, current_app.extensions[EXTENSION])
