"""Asks the registry for configs and bundles: retries, checks, and the errors of this package."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, NoReturn, TypedDict

import msgspec
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.nap import sleep_using_event

from tiny_client.errors import (
    AnswerTooLarge,
    BadRegistryAnswer,
    FragmentNotFound,
    IntegrityError,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.loader.config import InvalidConfig, matches_integrity, parse_config
from tiny_client.loader.counts import Counts
from tiny_client.loader.forwarding import forwarded_headers
from tiny_client.loader.names import bundle_url, config_url
from tiny_client.loader.settings import LoaderSettings, RetryPolicy
from tiny_client.loader.transport import (
    Answer,
    ExchangeFailed,
    ExchangeRejected,
    ExchangeTimedOut,
    ExchangeTooLarge,
    Transport,
)
from tiny_client.records import FragmentConfig
from tiny_client.request_context import current_request

__all__ = ["ConfigAnswer", "Registry", "Where"]

log = logging.getLogger("tiny_client.loader")

_RETRYABLE_STATUSES: Final = frozenset({429, 500, 502, 503, 504})
_GONE_STATUSES: Final = frozenset({404, 410})
_OUTCOMES: Final = {200: "ok", 304: "not-modified", 404: "not-found", 410: "not-found"}
_MAX_ETAG: Final = 256
"""Characters of an entity tag that is sent back; a longer one is not kept."""


@dataclass(frozen=True, slots=True)
class ConfigAnswer:
    """A config as it came: parsed, its bytes, and its entity tag (empty where it has none)."""

    config: FragmentConfig
    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is being asked for, for the errors: whose, and where."""

    name: str
    contract_version: str
    url: str


class Where(TypedDict):
    """The arguments that every `LoadError` takes beside its reason."""

    name: str
    contract_version: str
    url: str


class Registry:
    """The registry at `base_url`, seen through one transport; safe to use from any thread."""

    def __init__(
        self,
        base_url: str,
        settings: LoaderSettings,
        retry_policy: RetryPolicy,
        transport: Transport,
        closing: threading.Event,
        counts: Counts,
    ) -> None:
        self.base_url = base_url
        self._settings = settings
        self._policy = retry_policy
        self._transport = transport
        self._closing = closing
        self._counts = counts

    def config(
        self, name: str, version: str, release: str | None, *, etag: str, deadline: float
    ) -> ConfigAnswer | None:
        """Return the config, or None where the one with the entity tag `etag` is still right.

        `deadline` is a moment of `time.monotonic`. Raises `LoadError`.
        """
        asked = _Asked(name, version, config_url(self.base_url, name, version, release))
        headers = {"Accept": "application/json"}
        if etag:
            headers["If-None-Match"] = etag
        limit = self._settings.max_config_bytes
        answer = self._retrying(asked, deadline, headers, limit)
        if answer.status == 304:
            if etag:
                return None
            raise BadRegistryAnswer(
                "it answers 304 (not modified) to a request without a condition", **_where(asked)
            )
        try:
            config = parse_config(
                answer.body,
                name=name,
                contract_version=version,
                base_url=self.base_url,
                release=release,
            )
        except InvalidConfig as error:
            raise BadRegistryAnswer(str(error), **_where(asked)) from error
        tag = answer.headers.get("etag", "")
        return ConfigAnswer(config, answer.body, tag if len(tag) <= _MAX_ETAG else "")

    def bundle(self, config: FragmentConfig, bundle: str, *, deadline: float) -> bytes:
        """Return the bytes of a bundle of `config`, checked where the config has an integrity.

        Raises `LoadError`.
        """
        url = bundle_url(config.base_url, bundle)
        asked = _Asked(config.name, config.contract_version, url)
        answer = self._retrying(asked, deadline, {}, self._settings.max_bundle_bytes)
        if answer.status != 200:
            _reject_status(answer, asked)
        integrity = config.integrity.get(bundle)
        if integrity is not None and not matches_integrity(integrity, answer.body):
            raise IntegrityError(
                f"the {len(answer.body)} bytes of its bundle {bundle!r} are not those that its "
                f"config names ({integrity})",
                **_where(asked),
            )
        return answer.body

    def pause(self, seconds: float) -> bool:
        """Wait; return true as soon as the loader is closed."""
        return self._closing.wait(seconds)

    def _retrying(
        self, asked: _Asked, deadline: float, headers: dict[str, str], max_bytes: int
    ) -> Answer:
        attempts = Retrying(
            stop=_StopBefore(deadline, self._policy.max_retries + 1),
            wait=self._wait,
            retry=retry_if_exception(_can_succeed_on_retry),
            sleep=sleep_using_event(self._closing),
            before_sleep=_log_retry,
            reraise=True,
        )
        return attempts(self._once, asked, deadline, headers, max_bytes)

    def _once(
        self, asked: _Asked, deadline: float, headers: dict[str, str], max_bytes: int
    ) -> Answer:
        where = _where(asked)
        outcome = "failed"
        try:
            sent = {**forwarded_headers(current_request.get()), **headers}
            answer = self._transport.get(asked.url, sent, deadline=deadline, max_bytes=max_bytes)
            outcome = _OUTCOMES.get(answer.status, "failed")
        except ExchangeTimedOut as error:
            raise RegistryTimeout(str(error), **where) from error
        except ExchangeFailed as error:
            raise RegistryUnavailable(str(error), **where) from error
        except ExchangeTooLarge as error:
            raise AnswerTooLarge(str(error), **where) from error
        except ExchangeRejected as error:
            raise BadRegistryAnswer(str(error), **where) from error
        finally:
            self._counts.request(outcome)
        if answer.status not in (200, 304):
            _reject_status(answer, asked)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        delay: float = self._policy.delay * 2 ** (state.attempt_number - 1)
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RegistryUnavailable) and error.retry_after is not None:
            return max(delay, error.retry_after)
        return delay


class _StopBefore(stop_after_attempt):
    """Stops after so many attempts, or where the wait for the next would outlive the deadline."""

    def __init__(self, deadline: float, max_attempts: int) -> None:
        super().__init__(max_attempts)
        self._deadline = deadline

    def __call__(self, state: RetryCallState) -> bool:
        return super().__call__(state) or (
            time.monotonic() + (state.upcoming_sleep or 0.0) >= self._deadline
        )


class _Unretryable(Exception):
    """The cause of a `RegistryUnavailable` that another try cannot help."""


def _can_succeed_on_retry(error: BaseException) -> bool:
    if not isinstance(error, RegistryUnavailable):
        return False
    cause = error.__cause__
    if isinstance(cause, ExchangeFailed):
        return cause.retryable
    return not isinstance(cause, _Unretryable)


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.debug("Trying again in %.3f s: %s", state.upcoming_sleep, error)


def _where(asked: _Asked) -> Where:
    return {"name": asked.name, "contract_version": asked.contract_version, "url": asked.url}


def _reject_status(answer: Answer, asked: _Asked) -> NoReturn:
    """Raise what an answer other than 200 means."""
    status, where = answer.status, _where(asked)
    if status in _GONE_STATUSES:
        raise FragmentNotFound(f"the registry does not have it{_detail(answer)}", **where)
    if status == 429 or status >= 500:
        error = RegistryUnavailable(
            f"the registry answers {status}{_detail(answer)}",
            **where,
            retry_after=_retry_after(answer),
        )
        raise error from (None if status in _RETRYABLE_STATUSES else _Unretryable(str(status)))
    if 300 <= status < 400 and status != 304:
        target = answer.headers.get("location", "nowhere")[:200]
        raise BadRegistryAnswer(
            f"the registry redirects ({status}) to {target!r}, which is not followed. "
            "Give the address where the registry itself answers",
            **where,
        )
    raise BadRegistryAnswer(f"the registry answers {status}{_detail(answer)}", **where)


def _detail(answer: Answer) -> str:
    """Return the `detail` of a problem document (RFC 9457), ready to be appended."""
    if "json" not in answer.headers.get("content-type", ""):
        return ""
    try:
        problem = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return f": {detail[:200]!r}" if isinstance(detail, str) else ""


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds of a `Retry-After` header (RFC 9110): a number, or a date."""
    value = answer.headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
