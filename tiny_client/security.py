"""The security headers of a composed page, and the settings that they come from; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from tiny_client.csp import content_security_policy, trusted_types_directives
from tiny_client.errors import ConfigurationError

__all__ = ["REPORTS_PATH", "SecuritySettings", "permissions_policy", "security_headers"]

REPORTS_PATH: Final = "/tiny/reports"
_ENDPOINT: Final = "tiny"

_REFERRER_POLICIES: Final = frozenset(
    {
        "no-referrer",
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "unsafe-url",
    }
)
_DENIED_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
"""What no part of a page may use unless the host says so: sensors, devices, money."""

_FEATURE: Final = re.compile(r"[a-z][a-z-]{0,63}")
_ALLOWLIST: Final = re.compile(r"\*|\((?:[ -(*-~]{0,500})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuritySettings:
    """What a host's pages forbid the browser, and where the browser reports what it stopped.

    - `permissions_policy`: by feature, its allowlist (`"(self)"`, `"()"`, `"*"`) in place of or
      beside the default, which denies sensors, devices and payment. None removes a feature.
    - `referrer_policy`: the header's value.
    - `trusted_types`: `"off"`, `"report"` (nothing is stopped, the console and the report endpoint
      are told) or `"enforce"`.
    - `csp_reports`: whether browsers report violations to `/tiny/reports`, and whether that route
      is there.
    - `report_bytes`: the longest report that is read, in bytes.
    - `reports_per_minute`: violations a minute and process that are logged and counted; more are
      refused.

    Raises `ConfigurationError` for a value that cannot be a header.
    """

    permissions_policy: dict[str, str | None] = field(default_factory=dict)
    referrer_policy: str = "strict-origin-when-cross-origin"
    trusted_types: Literal["off", "report", "enforce"] = "off"
    csp_reports: bool = False
    report_bytes: int = 32_768
    reports_per_minute: int = 120

    def __post_init__(self) -> None:
        for feature, allowlist in self.permissions_policy.items():
            fits = allowlist is None or _ALLOWLIST.fullmatch(allowlist)
            if not _FEATURE.fullmatch(feature) or not fits:
                raise ConfigurationError(
                    f"TINY_PERMISSIONS_POLICY: {feature!r}: {allowlist!r} cannot be written into "
                    "the header. Write {'camera': '(self)'}, with '()' for nobody and '*' for all"
                )
        if self.referrer_policy not in _REFERRER_POLICIES:
            raise ConfigurationError(
                f"TINY_REFERRER_POLICY: {self.referrer_policy!r} is not one of "
                f"{', '.join(sorted(_REFERRER_POLICIES))}"
            )
        for name in ("report_bytes", "reports_per_minute"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"TINY_{name.upper()} must be at least 1")


def permissions_policy(overrides: Mapping[str, str | None]) -> str:
    """Return the value of `Permissions-Policy`; see `SecuritySettings.permissions_policy`."""
    policy: dict[str, str | None] = dict.fromkeys(_DENIED_FEATURES, "()")
    policy.update(overrides)
    return ", ".join(f"{name}={allowed}" for name, allowed in policy.items() if allowed is not None)


def security_headers(
    settings: SecuritySettings,
    *,
    nonce: str,
    origins: Sequence[str],
    csp: bool,
    csp_directives: Mapping[str, str | None],
    own_url: str = "",
) -> dict[str, str]:
    """Return the security headers of a page with this `nonce`.

    `origins` are where style sheets and bundles come from beside this app. Without `csp` there is
    no Content-Security-Policy at all, Trusted Types included. `own_url` stands before the report
    endpoint's path, where the app is mounted below a path.
    """
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.referrer_policy,
    }
    if permissions := permissions_policy(settings.permissions_policy):
        headers["Permissions-Policy"] = permissions
    if not csp:
        return headers
    reporting: dict[str, str | None] = {}
    if settings.csp_reports:
        path = f"{own_url}{REPORTS_PATH}"
        reporting = {"report-uri": path, "report-to": _ENDPOINT}
        headers["Reporting-Endpoints"] = f'{_ENDPOINT}="{path}"'
    directives = {**reporting, **csp_directives}
    trusted: dict[str, str | None] = trusted_types_directives()
    if settings.trusted_types == "enforce":
        directives = {**trusted, **directives}
    elif settings.trusted_types == "report":
        headers["Content-Security-Policy-Report-Only"] = "; ".join(
            f"{name} {value}" for name, value in {**trusted, **reporting}.items()
        )
    headers["Content-Security-Policy"] = content_security_policy(nonce, origins, directives)
    return headers
