"""Reads the `TINY_*` settings of a Flask app (or of the environment) into typed records.

Every setting has a unit and a default; `docs/reference/settings.md` lists them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tiny_client.compression import CompressionSettings
from tiny_client.engine import EngineSettings
from tiny_client.errors import ConfigurationError
from tiny_client.guard import BreakerSettings
from tiny_client.islands import DEFAULT_ISLAND_BYTES
from tiny_client.loader import LoaderSettings, RetryPolicy
from tiny_client.observe.settings import ObserveSettings
from tiny_client.rendered import DEFAULT_RENDERED_BYTES
from tiny_client.security import SecuritySettings
from tiny_client.slot_pool import DEFAULT_SLOT_QUEUE
from tiny_client.warm_up import DEFAULT_WARM_PROPS_BYTES

__all__ = ["PREFIX", "HostSettings", "PageSettings", "from_environ", "read", "setting_names"]

PREFIX = "TINY_"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """How a host composes its pages. Timeouts are in seconds, sizes in bytes."""

    fragment_timeout: float = 2.0
    page_timeout: float = 5.0
    slot_threads: int = 16
    slot_queue: int = DEFAULT_SLOT_QUEUE
    fragment_concurrency: int | None = None
    stream: bool = False
    early_hints: bool = True
    rendered_bytes: int = DEFAULT_RENDERED_BYTES
    island_bytes: int = DEFAULT_ISLAND_BYTES
    warm_props_bytes: int = DEFAULT_WARM_PROPS_BYTES
    bus: bool = True
    bus_retain: dict[str, int] = field(default_factory=dict)
    development: bool | None = None
    csp: bool = True
    csp_directives: dict[str, str | None] = field(default_factory=dict)
    health_routes: bool = True
    preview: bool = False
    show_errors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """All settings of a host. `assets_url` stands before `/tiny/assets/…` (default: this app)."""

    api_url: str
    assets_url: str | None
    page: PageSettings
    compression: CompressionSettings
    loader: LoaderSettings
    retry: RetryPolicy
    security: SecuritySettings
    engine: EngineSettings
    breaker: BreakerSettings
    observe: ObserveSettings


# Which record each setting belongs to: the setting's name is the prefix and the field's name.
_SECTIONS: tuple[tuple[str, str, type[Any]], ...] = (
    ("page", PREFIX, PageSettings),
    ("compression", PREFIX, CompressionSettings),
    ("loader", PREFIX, LoaderSettings),
    ("retry", f"{PREFIX}RETRY_", RetryPolicy),
    ("engine", f"{PREFIX}ENGINE_", EngineSettings),
    ("breaker", f"{PREFIX}BREAKER_", BreakerSettings),
    ("security", PREFIX, SecuritySettings),
    ("observe", PREFIX, ObserveSettings),
)
_OWN = (f"{PREFIX}API_URL", f"{PREFIX}ASSETS_URL")


def _named_fields() -> Iterator[tuple[str, str, str]]:
    for section, prefix, record in _SECTIONS:
        for entry in fields(record):
            if entry.init:
                yield f"{prefix}{entry.name.upper()}", section, entry.name


def setting_names() -> list[str]:
    """Return the name of every setting."""
    return [*_OWN, *(name for name, _, _ in _named_fields())]


def read(config: Mapping[str, Any]) -> HostSettings:
    """Return the settings in `config`; keys that do not begin with `TINY_` are left alone.

    Raises `ConfigurationError` for a missing API URL, an unknown name (with the nearest known
    one) or a value of the wrong type.
    """
    known = setting_names()
    for name in config:
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "See docs/reference/settings.md"
            raise ConfigurationError(f"{name} is not a setting of Tiny Mosaic. {hint}")
    values: dict[str, dict[str, Any]] = {section: {} for section, _, _ in _SECTIONS}
    for name, section, field_name in _named_fields():
        if name in config:
            values[section][field_name] = config[name]
    sections = {
        section: _convert(values[section], record, prefix) for section, prefix, record in _SECTIONS
    }
    assets_url = config.get(f"{PREFIX}ASSETS_URL")
    return HostSettings(
        api_url=_api_url(config.get(f"{PREFIX}API_URL")),
        assets_url=None if assets_url is None else str(assets_url).rstrip("/"),
        **sections,
    )


def from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings among environment variables, ready for `app.config.update`.

    Values are read as JSON where they are JSON (`120`, `true`, `null`), else as they stand.
    """
    found: dict[str, Any] = {}
    for name in setting_names():
        if name in environ:
            text = environ[name]
            try:
                found[name] = msgspec.json.decode(text)
            except msgspec.DecodeError:
                found[name] = text
    return found


def _convert(values: Mapping[str, Any], record: type[Any], prefix: str) -> Any:
    try:
        return msgspec.convert(values, record, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$.")
        name = f"{prefix}{where.rstrip('`').upper()}"
        raise ConfigurationError(f"{name}: {message}") from error


def _decode(kind: type[Any], value: Any) -> Any:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise ConfigurationError(f"{value!r} is not a {kind.__name__}")


def _api_url(value: object) -> str:
    if not value:
        raise ConfigurationError(
            "TINY_API_URL is not set. Set it to the registry's base URL, for example "
            'app.config["TINY_API_URL"] = "http://127.0.0.1:8100"'
        )
    parts = urlsplit(str(value))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigurationError(f"TINY_API_URL must be an http(s) URL, not {value!r}")
    return str(value).rstrip("/")
