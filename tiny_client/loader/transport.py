"""One HTTP GET that ends at its deadline and at its byte limit, whatever the server does."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import requests
from urllib3 import exceptions as urllib3_errors
from urllib3.util import Timeout

from tiny_client.loader.addresses import AddressRefused, AddressRules, origin_of
from tiny_client.loader.bulkheads import Bulkheads
from tiny_client.loader.connections import DeadlineAdapter, Exchange, current

__all__ = [
    "Answer",
    "ExchangeFailed",
    "ExchangeRejected",
    "ExchangeTimedOut",
    "ExchangeTooLarge",
    "Transport",
]

_WITHOUT_BODY: Final = frozenset({204, 304})
_CHUNK_BYTES: Final = 64 * 1024
_ERROR_BODY_BYTES: Final = 4096
"""How much of an answer other than 200 is read: for its message, and to reuse the connection."""


class ExchangeFailed(Exception):
    """No whole answer came; `retryable` says whether another try could get one."""

    def __init__(self, reason: str, *, retryable: bool = True) -> None:
        super().__init__(reason)
        self.retryable = retryable


class ExchangeTimedOut(ExchangeFailed):
    """No whole answer came in time."""


class ExchangeRejected(Exception):
    """An answer came that must not be read."""


class ExchangeTooLarge(ExchangeRejected):
    """The answer has more bytes than the limit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Sends GET requests over pooled connections; safe to use from any thread.

    It talks to the adapter of `requests` without a session, because what a session adds must
    not happen here: redirects, cookies, netrc, and proxies from the environment.

    It asks nobody but `origins`, whose addresses `rules` allow, and has at most
    `origin_concurrency` exchanges with each at a time.
    """

    def __init__(
        self,
        *,
        connect_timeout: float,
        read_timeout: float,
        pool_size: int,
        user_agent: str,
        origins: Collection[str],
        rules: AddressRules,
        origin_concurrency: int,
        ca_bundle: str | None = None,
    ) -> None:
        self._origins = frozenset(origins)
        self._rules = rules
        self._bulkheads = Bulkheads(origin_concurrency)
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._verify: bool | str = ca_bundle if ca_bundle is not None else True
        self._headers = {"Accept-Encoding": "identity", "User-Agent": user_agent}
        self._adapter = DeadlineAdapter(pool_connections=2, pool_maxsize=pool_size)
        self._active: set[Exchange] = set()
        self._lock = threading.Lock()
        self._closed = False

    def get(
        self, url: str, headers: Mapping[str, str], *, deadline: float, max_bytes: int
    ) -> Answer:
        """Return the answer to `GET url`, whole, before `deadline` (of `time.monotonic`).

        An answer other than 200 comes with a short body or none. `max_bytes` bounds the body of
        a 200. Raises `ExchangeFailed`, `ExchangeTimedOut`, `ExchangeRejected`,
        `ExchangeTooLarge`.
        """
        origin = origin_of(url)
        if origin not in self._origins:
            raise ExchangeRejected(
                f"{origin} is neither the registry nor listed in TINY_ALLOWED_ORIGINS"
            )
        request = requests.Request("GET", url, headers={**headers, **self._headers}).prepare()
        with self._bulkheads.room(origin, deadline) as entered:
            if not entered:
                raise ExchangeTimedOut(
                    f"as many exchanges with {origin} as TINY_ORIGIN_CONCURRENCY allows were "
                    "under way until the deadline"
                )
            return self._get(request, deadline, max_bytes)

    def _get(self, request: requests.PreparedRequest, deadline: float, max_bytes: int) -> Answer:
        limits = (deadline, self._connect_timeout, self._read_timeout, self._rules)
        exchange = Exchange(*limits)
        try:
            return self._exchange(request, exchange, max_bytes)
        except ExchangeTimedOut:
            raise
        except ExchangeFailed:
            # The server closed an idle connection just as the request went out on it: nothing
            # was answered, so the request is sent once more, on a connection of its own.
            if exchange.fresh_connection or exchange.began or exchange.aborted:
                raise
        return self._exchange(request, Exchange(*limits), max_bytes)

    def _exchange(
        self, request: requests.PreparedRequest, exchange: Exchange, max_bytes: int
    ) -> Answer:
        with self._lock:
            if self._closed:
                raise ExchangeFailed("the loader is closed", retryable=False)
            self._active.add(exchange)
        current.exchange = exchange
        try:
            return self._send(request, exchange, max_bytes)
        except (requests.RequestException, urllib3_errors.HTTPError, OSError) as error:
            raise _failure_of(error, exchange) from error
        finally:
            current.exchange = None
            with self._lock:
                self._active.discard(exchange)

    def _send(
        self, request: requests.PreparedRequest, exchange: Exchange, max_bytes: int
    ) -> Answer:
        left = exchange.left()
        timeout = Timeout(total=left, connect=self._connect_timeout, read=self._read_timeout)
        response = self._adapter.send(
            request,
            stream=True,
            timeout=cast(Any, timeout),
            verify=self._verify,
        )
        try:
            headers = {name.lower(): value for name, value in response.headers.items()}
            if response.status_code == 200:
                _refuse_encoding(headers)
                body = _read_body(response.raw, headers, max_bytes)
            else:
                body = _read_short_body(response.raw, response.status_code, headers)
            return Answer(response.status_code, headers, body)
        finally:
            # After a whole answer the connection is back in the pool and this does nothing.
            response.close()

    def close(self) -> None:
        """Break off what is under way and close the connections."""
        with self._lock:
            self._closed = True
            active = list(self._active)
        for exchange in active:
            exchange.abort()
        self._adapter.close()

    def forget_parent(self) -> None:
        """In a forked child: close the copies of the parent's sockets, without a word on them."""
        for exchange in self._active:
            exchange.drop_inherited()
        self._adapter.close_inherited()


def _refuse_encoding(headers: Mapping[str, str]) -> None:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise ExchangeRejected(
            f"its answer is encoded as {encoding[:40]!r}, which was not asked for"
        )


def _read_body(raw: Any, headers: Mapping[str, str], max_bytes: int) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > max_bytes:
        raise ExchangeTooLarge(
            f"its answer has {declared[:20]} bytes, more than the {max_bytes} that are allowed"
        )
    body = bytearray()
    while chunk := raw.read(min(_CHUNK_BYTES, max_bytes + 1 - len(body)), decode_content=False):
        body += chunk
        if len(body) > max_bytes:
            raise ExchangeTooLarge(f"its answer has more than the {max_bytes} bytes allowed")
    return bytes(body)


def _read_short_body(raw: Any, status: int, headers: Mapping[str, str]) -> bytes:
    """Read a body that is short for sure, so that the connection can be used again."""
    declared = headers.get("content-length", "")
    if status not in _WITHOUT_BODY and (
        not declared.isdecimal() or int(declared[:20]) > _ERROR_BODY_BYTES
    ):
        return b""
    try:
        return bytes(raw.read(decode_content=False))
    except (urllib3_errors.HTTPError, OSError):
        return b""


def _failure_of(error: Exception, exchange: Exchange) -> ExchangeFailed:
    """Turn what urllib3 and requests raise into the two failures of this module."""
    if exchange.aborted:
        return ExchangeFailed("the loader was closed meanwhile", retryable=False)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, AddressRefused):
            return ExchangeFailed(str(cause), retryable=False)
    if time.monotonic() >= exchange.deadline:
        return ExchangeTimedOut("its answer was not whole within the deadline")
    if any(isinstance(cause, urllib3_errors.NameResolutionError) for cause in causes):
        return ExchangeFailed("its host name cannot be resolved")
    if any(
        isinstance(cause, requests.ConnectTimeout | urllib3_errors.ConnectTimeoutError)
        and not isinstance(cause, urllib3_errors.NewConnectionError)
        for cause in causes
    ):
        return ExchangeTimedOut("no connection within the connect timeout")
    if any(isinstance(cause, urllib3_errors.NewConnectionError) for cause in causes):
        return ExchangeFailed(f"no connection: {_innermost(causes)}")
    if any(isinstance(cause, TimeoutError | urllib3_errors.TimeoutError) for cause in causes):
        return ExchangeTimedOut("it sent nothing for as long as the read timeout")
    if any(isinstance(cause, requests.exceptions.SSLError) for cause in causes):
        return ExchangeFailed(f"TLS failed: {_innermost(causes)}", retryable=False)
    return ExchangeFailed(f"the connection broke: {_innermost(causes)}")


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and all that it wraps: as argument, as reason, as cause or context."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or one in found:
            continue
        found.append(one)
        waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    return found


def _innermost(causes: list[BaseException]) -> str:
    for cause in reversed(causes):
        if text := str(cause).strip():
            return text[:200]
    return type(causes[-1]).__name__
