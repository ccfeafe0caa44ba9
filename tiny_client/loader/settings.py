"""The loader's settings: every limit that it keeps, by name and with its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, Literal

import platformdirs

from tiny_client.errors import ConfigurationError
from tiny_client.loader.addresses import checked_origin, networks_of

__all__ = ["UNSET", "LoaderSettings", "RetryPolicy", "Unset", "checked_timeout", "checked_ttl"]

_KIB: Final = 1024
_MIB: Final = 1024 * _KIB


class Unset(Enum):
    """The type of `UNSET`, which says "the setting decides" where None has a meaning."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final[Literal[Unset.UNSET]] = Unset.UNSET


def _default_cache_dir() -> Path:
    return platformdirs.user_cache_path("tiny-mosaic")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoaderSettings:
    """The limits of one loader. Times are in seconds, sizes in bytes.

    - `cache_ttl`: how long a config is used before the registry is asked again. None: for the
      life of the process. 0: the registry is asked on every call.
    - `max_stale`: for how long past the TTL a release is served at once while a background
      flight refreshes it. Beyond that the call waits for the registry, and gets the last good
      release only if that fails.
    - `connect_timeout`: to get a connection, over all addresses of the host, TLS apart.
    - `read_timeout`: between two arrivals of bytes.
    - `load_timeout`: one whole flight: config, bundle, all retries and the waits between them.
    - `retry_backoff`: after a refresh failed with a last good release in hand: for how long that
      one is served without another try.
    - `negative_ttl`: for how long nobody asks again where the registry had nothing that can be
      used (404, a broken answer, wrong bytes) and no last good release is in hand.
    - `max_config_bytes`, `max_bundle_bytes`: the longest answers that are read.
    - `memory_bytes`: what the releases in memory may take; the longest unused go first.
    - `cache_dir`: the folder of the disk cache, which several processes may share. None: no disk
      cache. `disk_bytes`: what it may take; the longest unused go first.
    - `refresh_threads`: how many flights can be under way at once; half of them where the last
      one of the same key hung.
    - `pool_size`: how many idle connections are kept.
    - `origin_concurrency`: how many exchanges with one origin can be under way at once; others
      wait, within their deadline.
    - `allowed_origins`: whom the loader may ask beside the registry's own origin.
    - `allowed_networks`: the networks (CIDR) in which the addresses must be that the host names
      resolve to. Empty: any but those that are always refused (link-local, multicast,
      unspecified, cloud metadata).
    - `ca_bundle`: a PEM file of certificate authorities, None takes certifi's. The environment
      (proxies, netrc, `REQUESTS_CA_BUNDLE`) is not looked at.

    Raises `ConfigurationError` for a value that cannot work.
    """

    cache_ttl: float | None = 120.0
    max_stale: float = 3600.0
    connect_timeout: float = 1.0
    read_timeout: float = 2.0
    load_timeout: float = 5.0
    retry_backoff: float = 5.0
    negative_ttl: float = 1.0
    max_config_bytes: int = 64 * _KIB
    max_bundle_bytes: int = 5 * _MIB
    memory_bytes: int = 128 * _MIB
    cache_dir: Path | None = field(default_factory=_default_cache_dir)
    disk_bytes: int = 256 * _MIB
    refresh_threads: int = 16
    pool_size: int = 16
    origin_concurrency: int = 16
    allowed_origins: tuple[str, ...] = ()
    allowed_networks: tuple[str, ...] = ()
    ca_bundle: Path | None = None

    def __post_init__(self) -> None:
        checked_ttl(self.cache_ttl)
        for name in ("max_stale", "retry_backoff", "negative_ttl"):
            _check_number(name, getattr(self, name), at_least=0)
        for name in ("connect_timeout", "read_timeout", "load_timeout"):
            _check_number(name, getattr(self, name), above=0)
        for name in (
            "max_config_bytes",
            "max_bundle_bytes",
            "memory_bytes",
            "disk_bytes",
            "refresh_threads",
            "pool_size",
            "origin_concurrency",
        ):
            _check_count(name, getattr(self, name), at_least=1)
        for name in ("cache_dir", "ca_bundle"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, Path(value))
        origins, networks = _texts(self, "allowed_origins"), _texts(self, "allowed_networks")
        object.__setattr__(self, "allowed_origins", tuple(map(checked_origin, origins)))
        object.__setattr__(self, "allowed_networks", networks)
        networks_of(networks)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a request that can succeed on a retry is sent again.

    `max_retries` tries after the first; `delay` seconds before the second try, doubled from try
    to try. A longer `Retry-After` of the registry is honoured where the deadline allows. Config
    and bundle have this budget each.

    Raises `ConfigurationError` for a negative or endless value.
    """

    max_retries: int = 0
    delay: float = 0.1

    def __post_init__(self) -> None:
        _check_count("max_retries", self.max_retries, at_least=0)
        _check_number("delay", self.delay, at_least=0)


def checked_ttl(value: float | None) -> float | None:
    """Return a TTL that can work: None (for ever) or seconds from 0 up."""
    if value is not None:
        _check_number("cache_ttl", value, at_least=0, hint="; use None for ever")
    return value


def checked_timeout(value: float | None) -> float | None:
    """Return how long a caller waits in seconds; None leaves it to `load_timeout`."""
    if value is not None:
        _check_number("timeout", value, at_least=0)
    return value


def _texts(settings: LoaderSettings, name: str) -> tuple[str, ...]:
    value: object = getattr(settings, name)
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ConfigurationError(f"{name} must be a list of texts; got {value!r}")


def _check_number(
    name: str,
    value: object,
    *,
    at_least: float | None = None,
    above: float | None = None,
    hint: str = "",
) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if at_least is not None and value >= at_least:
            return
        if above is not None and value > above:
            return
    wanted = f"at least {at_least}" if at_least is not None else f"above {above}"
    raise ConfigurationError(f"{name} must be a number of seconds, {wanted}{hint}; got {value!r}")


def _check_count(name: str, value: object, *, at_least: int) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= at_least:
        return
    raise ConfigurationError(f"{name} must be a whole number, at least {at_least}; got {value!r}")
