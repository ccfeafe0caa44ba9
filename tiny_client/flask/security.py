"""Gives a response its security headers, and takes the browsers' reports of what they stopped."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from tiny_client.csp import origin_of
from tiny_client.forks import renew_after_fork
from tiny_client.security import REPORTS_PATH, SecuritySettings, security_headers
from tiny_client.settings import HostSettings

__all__ = ["REPORT_KINDS", "PageSecurity", "ReportBudget", "add_report_route"]

log = logging.getLogger("tiny_client.reports")

REPORT_KINDS: Final = ("csp-violation", "permissions-policy-violation", "deprecation", "other")
"""What reports are counted as; browsers may make up types, and each would be a metric."""

_MEDIA_TYPES: Final = frozenset(
    {"application/reports+json", "application/csp-report", "application/json"}
)
_FIELDS: Final = {
    "document": ("documentURL", "document-uri"),
    "directive": ("effectiveDirective", "effective-directive", "violated-directive", "policyId"),
    "blocked": ("blockedURL", "blocked-uri"),
    "source": ("sourceFile", "source-file"),
    "line": ("lineNumber", "line-number"),
    "sample": ("sample", "script-sample", "message"),
}
"""What is logged of a report: our word, and the words of Reporting API and `report-uri`."""

# Stands for the nonce in what is written once; random, so that no setting can have it.
_NONCE: Final = secrets.token_hex(16)

_FIELD_CHARACTERS: Final = 200
_READ_BYTES: Final = 8192


class PageSecurity:
    """Writes the security headers of a host's composed pages: once, but for the nonce."""

    def __init__(self, settings: HostSettings, own_url: str) -> None:
        origins = (origin_of(settings.api_url), origin_of(settings.assets_url or ""))
        headers = security_headers(
            settings.security,
            nonce=_NONCE,
            origins=list(dict.fromkeys(origin for origin in origins if origin)),
            csp=settings.page.csp,
            csp_directives=settings.page.csp_directives,
            own_url=own_url,
        )
        self._same = [(name, value) for name, value in headers.items() if _NONCE not in value]
        self._of_a_page = [(name, value) for name, value in headers.items() if _NONCE in value]

    def headers(self, nonce: str) -> list[tuple[str, str]]:
        """Return the headers of a page whose inline scripts carry `nonce`."""
        own = [(name, value.replace(_NONCE, nonce)) for name, value in self._of_a_page]
        return self._same + own


class ReportBudget:
    """A token bucket: `per_minute` at once, refilled evenly; safe to use from any thread."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._clock = clock
        self._left = self._size
        self._filled_at = clock()
        self._lock = threading.Lock()
        renew_after_fork(self)

    def take(self) -> bool:
        """Take one token; return whether there was one."""
        with self._lock:
            now = self._clock()
            self._left = min(self._size, self._left + (now - self._filled_at) * self._size / 60)
            self._filled_at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def after_fork_in_child(self) -> None:
        """Make the lock anew: a thread that the child does not have may hold it."""
        self._lock = threading.Lock()


def add_report_route(
    blueprint: Blueprint, settings: SecuritySettings, count: Callable[[str], None]
) -> None:
    """Add `POST /tiny/reports` where the settings ask for reports.

    `count` is called with the kind of each report that is taken, one of `REPORT_KINDS`.
    """
    if not settings.csp_reports:
        return
    budget = ReportBudget(settings.reports_per_minute)

    def reports() -> Response:
        if request.mimetype not in _MEDIA_TYPES:
            return Response(status=415, headers={"Accept-Post": ", ".join(sorted(_MEDIA_TYPES))})
        # Before the body is read: what is too much costs nothing.
        if not budget.take():
            return Response(status=429, headers={"Retry-After": "60"})
        body = _read_body(settings.report_bytes)
        if body is None:
            return Response(status=413)
        for number, (kind, report) in enumerate(_reports_in(body)):
            if number and not budget.take():
                break
            log.warning("The browser reports a %s: %s", kind, _line(report))
            count(kind)
        return Response(status=204)

    blueprint.add_url_rule(REPORTS_PATH, "reports", reports, methods=["POST"])


def _read_body(limit: int) -> bytes | None:
    """Return the request's body, or None where it has more than `limit` bytes."""
    declared = request.content_length
    if declared is not None and declared > limit:
        return None
    # The stream itself: `get_data()` would keep all of a body without a length.
    parts: list[bytes] = []
    left = limit + 1
    try:
        while left > 0 and (part := request.stream.read(min(left, _READ_BYTES))):
            parts.append(part)
            left -= len(part)
    except RequestEntityTooLarge:
        return None
    except HTTPException:
        return b""
    return b"".join(parts) if left > 0 else None


def _reports_in(body: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield kind and content of each report; what has neither form of a report is left out."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for one in decoded if isinstance(decoded, list) else [decoded]:
        if not isinstance(one, dict):
            continue
        if isinstance(content := one.get("csp-report"), dict):
            yield "csp-violation", content
        elif isinstance(content := one.get("body"), dict):
            kind = one.get("type")
            yield (
                kind if kind in REPORT_KINDS else "other",
                {"documentURL": one.get("url"), **content},
            )


def _line(report: dict[str, Any]) -> str:
    """Return what is worth knowing of a report in one line, whatever a visitor wrote into it.

    Queries and fragments of addresses are left out: they may hold what is private.
    """
    words = []
    for word, names in _FIELDS.items():
        value = next((report[name] for name in names if report.get(name) not in (None, "")), None)
        if isinstance(value, str | int | float):
            text = str(value)
            if word in ("document", "blocked", "source"):
                text = text.partition("?")[0].partition("#")[0]
            words.append(f"{word}={text[:_FIELD_CHARACTERS]!a}")
    return " ".join(words) or "nothing that can be read"
