"""Connections whose every step (connect, headers, body) ends at the deadline of one exchange.

A read timeout bounds the silence between two bytes, so a server that sends a byte now and then
keeps its client for ever. Here each `recv` gets only the time that is left of the whole exchange.
"""

from __future__ import annotations

import io
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPResponse
from typing import Any, Final, cast

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection

from tiny_client.loader.addresses import AddressRules

__all__ = ["DeadlineAdapter", "Exchange", "current"]


class Exchange:
    """One request that is under way: its deadline, and a handle to break it off."""

    def __init__(
        self,
        deadline: float,
        connect_timeout: float,
        read_timeout: float,
        rules: AddressRules,
    ) -> None:
        self.rules = rules
        self.deadline = deadline
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.connection: HTTPConnection | None = None
        self.fresh_connection = False
        self.began = False
        self.aborted = False

    def left(self) -> float:
        """Return the seconds that are left; raise TimeoutError where there are none."""
        if self.aborted:
            raise ConnectionAbortedError("the loader was closed")
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the whole response is over")
        return left

    def abort(self) -> None:
        """Wake the thread that waits for this exchange; safe from any thread."""
        self.aborted = True
        sock = self._socket()
        if sock is not None:
            with suppress(OSError, ValueError):
                # The base class's method: an SSLSocket's own drops its state under the reader.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def drop_inherited(self) -> None:
        """Close this process's copy of a socket that a thread of the parent process uses."""
        sock = self._socket()
        if sock is not None:
            with suppress(OSError, ValueError):
                os.close(sock.detach())

    def _socket(self) -> socket.socket | None:
        connection = self.connection
        return None if connection is None else cast("socket.socket | None", connection.sock)


class _Current(threading.local):
    exchange: Exchange | None = None


current: Final = _Current()


def _exchange_of_this_thread() -> Exchange:
    exchange = current.exchange
    if exchange is None:  # pragma: no cover
        raise RuntimeError("These connections work only inside Transport.get()")
    return exchange


class _DeadlineReader(io.RawIOBase):
    """Reads a socket and gives it, before each read, only the time that is left."""

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = cast(io.RawIOBase, sock.makefile("rb", buffering=0))
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        exchange = self._exchange
        self._sock.settimeout(min(exchange.read_timeout, exchange.left()))
        count = self._raw.readinto(buffer)
        if exchange.aborted:
            raise ConnectionAbortedError("the loader was closed")
        exchange.began = exchange.began or bool(count)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineFile:
    """Stands in for a socket where `HTTPResponse` opens it for reading, its only use of it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_DeadlineReader(self._sock, _exchange_of_this_thread()))


class _DeadlineResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast(socket.socket, _DeadlineFile(sock)), *args, **kwargs)


def _connect(connection: HTTPConnection) -> socket.socket:
    """Connect within the time that is left, shared out among the host's addresses.

    The addresses are checked here, after the host name was resolved and on each connection, and
    the ones that were checked are the ones that are connected to: a name that resolves to
    something else a moment later changes nothing.
    """
    exchange = _exchange_of_this_thread()
    exchange.connection = connection
    exchange.fresh_connection = True
    end = time.monotonic() + min(exchange.connect_timeout, exchange.left())
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise urllib3_errors.NameResolutionError(connection.host, connection, error) from error
    except UnicodeError as error:
        raise urllib3_errors.NewConnectionError(
            connection, f"the host name {connection.host!r} cannot be written as IDNA"
        ) from error
    exchange.rules.check(connection.host, [str(address[0]) for *_, address in found])
    failure: OSError = OSError("the host name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(found):
        share = (end - time.monotonic()) / (len(found) - index)
        if share <= 0:
            failure = TimeoutError("timed out")
            break
        sock = socket.socket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(share)
            sock.connect(address)
            # The TLS handshake, if any, comes next and is bounded as a whole by this.
            sock.settimeout(min(exchange.connect_timeout, exchange.left()))
        except OSError as error:
            sock.close()
            failure = error
        else:
            sys.audit("http.client.connect", connection, connection.host, connection.port)
            return sock
    if isinstance(failure, TimeoutError):
        raise urllib3_errors.ConnectTimeoutError(connection, "timed out") from failure
    raise urllib3_errors.NewConnectionError(connection, str(failure)) from failure


class _DeadlineHTTPConnection(HTTPConnection):
    response_class = _DeadlineResponse

    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _exchange_of_this_thread().connection = self
        super().request(*args, **kwargs)


class _DeadlineHTTPSConnection(HTTPSConnection):
    response_class = _DeadlineResponse

    def _new_conn(self) -> socket.socket:
        return _connect(self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _exchange_of_this_thread().connection = self
        super().request(*args, **kwargs)


class _DeadlineHTTPPool(HTTPConnectionPool):
    ConnectionCls = _DeadlineHTTPConnection


class _DeadlineHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineHTTPSConnection


class DeadlineAdapter(HTTPAdapter):
    """Gives `requests` connections that obey the exchange of the thread that uses them."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have connection pools made from the classes of this module, and remember them."""
        super().init_poolmanager(*args, **kwargs)
        self._pools: list[HTTPConnectionPool] = []
        self.poolmanager.pool_classes_by_scheme = {
            "http": cast(Any, self._remembering(_DeadlineHTTPPool)),
            "https": cast(Any, self._remembering(_DeadlineHTTPSPool)),
        }

    def _remembering(self, kind: type[HTTPConnectionPool]) -> Callable[..., HTTPConnectionPool]:
        def make(*args: Any, **kwargs: Any) -> HTTPConnectionPool:
            pool = kind(*args, **kwargs)
            self._pools.append(pool)
            return pool

        return make

    def close(self) -> None:
        """Close the idle connections; one in use is closed when it is given back."""
        super().close()
        for pool in self._pools:
            pool.close()

    def close_inherited(self) -> None:
        """In a forked child: close this process's copies of the parent's idle connections.

        Nothing is sent on them. The queue's lock is renewed first, because the fork may have
        come while another thread of the parent held it.
        """
        for pool in self._pools:
            queue = pool.pool
            if queue is not None:
                queue.mutex = threading.Lock()
                queue.not_empty = threading.Condition(queue.mutex)
                queue.not_full = threading.Condition(queue.mutex)
                pool.close()
