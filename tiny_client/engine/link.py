"""Frames over a worker's socket, with few system calls and no copy that is not needed."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time

from tiny_client.engine.messages import FRAME_HEADER

__all__ = ["Link", "LinkClosed"]

_ROOM = 64 * 1024
_MOST_ROOM_KEPT = 1024 * 1024
_HEADER = FRAME_HEADER.size


class LinkClosed(Exception):
    """The other side closed it, in good order and between two frames or within one."""


class Link:
    """One side of a connection, for one thread at a time; close the socket yourself.

    The kernel keeps time: a wait is one `recv` that gives up after `patience` seconds, and only
    what is left at the end of a time limit takes a `poll` more.
    """

    def __init__(self, link: socket.socket, max_bytes: int, *, patience: float = 0.05) -> None:
        self._link = link
        self._max_bytes = max_bytes
        self._patience = patience
        seconds, rest = divmod(patience, 1)
        link.setblocking(True)
        timeval = struct.pack("@ll", int(seconds), int(rest * 1e6))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
        self._arrivals = select.poll()
        self._arrivals.register(link, select.POLLIN)
        self._both = select.poll()
        self._both.register(link, select.POLLIN | select.POLLOUT)
        self._buffer = bytearray(_ROOM)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0  # of what was received and not read
        self._unsent = memoryview(b"")

    @property
    def silent(self) -> bool:
        """Whether nothing has come that was not read; of an idle worker nothing should."""
        return self._end == self._start and not self._arrivals.poll(0)

    def send(self, frame: bytes | bytearray) -> None:
        """Send what fits at once, the rest with the next `receive`; raises OSError."""
        self._unsent = memoryview(frame)
        self._flush()

    def _flush(self) -> None:
        while self._unsent:
            try:
                sent = self._link.send(self._unsent, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            self._unsent = self._unsent[sent:]

    def receive(self, until: float) -> memoryview | None:
        """Return the next payload, None where `until` (of `time.monotonic`) comes first.

        It is good until the next call. Raises LinkClosed, OSError, and ValueError for a frame that
        is longer than the limit.
        """
        late = False
        while True:
            missing = self._missing()
            if missing == 0:
                return self._next()
            if late:
                return None
            left = until - time.monotonic()
            late = left <= 0  # then one last look: what came in time may not have been read in time
            flags = socket.MSG_WAITALL if missing is not None else 0
            if self._unsent or left < self._patience:
                poll = self._both if self._unsent else self._arrivals
                poll.poll(0 if late else max(1, left * 1000))
                self._flush()
                flags = socket.MSG_DONTWAIT
            stop = len(self._buffer) if missing is None else self._end + missing
            with contextlib.suppress(BlockingIOError):
                count = self._link.recv_into(self._view[self._end : stop], 0, flags)
                if count == 0:
                    raise LinkClosed
                self._end += count

    def _missing(self) -> int | None:
        """Return how many bytes the next frame lacks; None where its length is not known yet."""
        have = self._end - self._start
        if have < _HEADER:
            self._make_room(_HEADER)
            return None
        (length,) = FRAME_HEADER.unpack_from(self._buffer, self._start)
        if length > self._max_bytes:
            raise ValueError(f"a frame of {length} bytes; the limit is {self._max_bytes}")
        if have >= _HEADER + length:
            return 0
        self._make_room(_HEADER + length)
        return _HEADER + int(length) - have

    def _make_room(self, size: int) -> None:
        """Have room for a frame of `size` bytes, and no more than that for long."""
        have = self._end - self._start
        fits = self._start + size <= len(self._buffer)
        if fits and (have or len(self._buffer) <= _MOST_ROOM_KEPT):
            return
        rest = bytes(self._view[self._start : self._end])
        if not have or size > len(self._buffer):
            self._buffer = bytearray(max(size, _ROOM))
            self._view = memoryview(self._buffer)
        self._view[:have] = rest
        self._start, self._end = 0, have

    def _next(self) -> memoryview:
        (length,) = FRAME_HEADER.unpack_from(self._buffer, self._start)
        begin = self._start + _HEADER
        self._start = begin + length
        payload = self._view[begin : self._start]
        if self._start == self._end:
            self._start = self._end = 0
        return payload
