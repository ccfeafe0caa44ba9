"""The registry's settings, each with its unit, and how to read them from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from tiny_api.errors import SettingsError

MIB: Final = 1024 * 1024
ENVIRONMENT_PREFIX: Final = "TINY_"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """How one registry behaves.

    Each is also an environment variable: `database_url` is `TINY_DATABASE_URL`, and so on.

    Attributes:
        database_url: where everything is kept, as an SQLAlchemy URL.
        database_pool_size: connections that one process opens at most; one for each thread.
        database_busy_timeout_seconds: how long a request waits for the database's write lock
            or for a free connection before it is answered with 503.
        max_bundle_bytes: the size of one bundle as uploaded, before compression.
        max_bundles_per_release: how many bundles a release may carry.
        max_metadata_bytes: the size of the metadata's JSON text.
        max_metadata_depth: how deep lists and objects in the metadata may nest.
        bundle_cache_bytes: bundles that one process keeps in memory, in bytes; 0 keeps none.
        brotli_quality: 0 to 11, where 11 is smallest and takes ten times as long as 9.

    """

    database_url: str = "sqlite:///tiny-registry.db"
    database_pool_size: int = 32
    database_busy_timeout_seconds: float = 30.0
    max_bundle_bytes: int = 5 * MIB
    max_bundles_per_release: int = 8
    max_metadata_bytes: int = 64 * 1024
    max_metadata_depth: int = 16
    bundle_cache_bytes: int = 64 * MIB
    brotli_quality: int = 9

    def __post_init__(self) -> None:
        for name, least, most in (
            ("database_pool_size", 1, 10_000),
            ("database_busy_timeout_seconds", 0.001, 3600),
            ("max_bundle_bytes", 1, 1024 * MIB),
            ("max_bundles_per_release", 1, 100),
            ("max_metadata_bytes", 2, 16 * MIB),
            ("max_metadata_depth", 1, 100),
            ("bundle_cache_bytes", 0, 1024 * 1024 * MIB),
            ("brotli_quality", 0, 11),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise SettingsError(
                    f"The setting {name} is {value!r}.",
                    f"Give a number from {least} to {most} ({ENVIRONMENT_PREFIX}{name.upper()}).",
                )

    @property
    def max_request_bytes(self) -> int:
        """The size of a whole deploy request: every bundle at its limit, metadata, and framing."""
        return self.max_bundles_per_release * self.max_bundle_bytes + self.max_form_text_bytes + MIB

    @property
    def max_form_text_bytes(self) -> int:
        """The size of all form fields that are not files, together.

        Larger than the metadata's own limit, so that a text a little too long gets an answer
        that names the field.
        """
        return 4 * self.max_metadata_bytes + 64 * 1024

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings from `TINY_*` variables; an empty one counts as not set.

        Raises `SettingsError` for a value that is not a number or is out of range.
        """
        source = os.environ if environ is None else environ
        given: dict[str, Any] = {}
        defaults = cls()
        for field in fields(cls):
            variable = ENVIRONMENT_PREFIX + field.name.upper()
            text = source.get(variable, "").strip()
            if not text:
                continue
            default = getattr(defaults, field.name)
            try:
                given[field.name] = type(default)(text)
            except ValueError:
                raise SettingsError(
                    f"{variable} is {text!r}, which is not a number.",
                    f"Leave it out for {default!r}.",
                ) from None
        return cls(**given)
