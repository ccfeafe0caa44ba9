"""What the host and a worker say to each other, and how it is framed on their socket.

A frame is its payload's length as four bytes, big-endian, and the payload: one tagged MessagePack
value. A worker is not trusted: the host reads its answers into these types and no others.
"""

from __future__ import annotations

import struct
from typing import Literal

import msgspec

__all__ = [
    "FRAME_HEADER",
    "ContextKey",
    "Failure",
    "FailureKind",
    "Frames",
    "Html",
    "Loaded",
    "Message",
    "Ready",
    "Render",
    "Reply",
    "Sources",
    "UnknownContext",
    "decode_render",
    "decode_reply",
    "frame",
]

FRAME_HEADER = struct.Struct(">I")

ContextKey = tuple[str, str, str]
"""Fragment (the trust domain), key of the runtime's source, key of the bundle's source."""

FailureKind = Literal[
    "bundle",  # does not parse, or throws while it is evaluated
    "component",  # threw, or its promise was rejected
    "export",  # exports nothing usable
    "memory",
    "missing",  # a module that the runtime does not share
    "output",  # not a string, or too long
    "runtime",  # the runtime itself does not load
    "stuck",  # a promise that cannot settle any more
    "timeout",  # in-process only: a worker is killed instead
]


class Sources(msgspec.Struct, frozen=True):
    """The scripts that a context is made of; the names stand in stack traces."""

    runtime_name: str
    runtime_source: str
    bundle_name: str
    bundle_source: str


class Render(msgspec.Struct, frozen=True, tag="render"):
    """Render once; `sources` come along where the worker is not known to hold the context."""

    context: ContextKey
    export: str | None
    id_prefix: str
    props_json: str
    sources: Sources | None = None


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has started."""

    pid: int


class Loaded(msgspec.Struct, frozen=True, tag="loaded"):
    """A new context has its runtime and bundle; the render itself begins."""


class Html(msgspec.Struct, frozen=True, tag="html"):
    """What the component rendered."""

    html: str


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """Why there is no HTML; the `js_` fields as JavaScript reported them."""

    kind: FailureKind
    js_name: str = ""
    js_message: str = ""
    js_stack: str = ""
    module: str = ""
    provided: list[str] = []


class UnknownContext(msgspec.Struct, frozen=True, tag="unknown"):
    """The worker holds no such context (any more): send the sources along."""


Reply = Ready | Loaded | Html | Failure | UnknownContext

Message = Render | Reply

_encoder = msgspec.msgpack.Encoder()
_render_decoder = msgspec.msgpack.Decoder(Render)
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def frame(message: Message) -> bytes:
    """Return `message` as one frame."""
    payload = _encoder.encode(message)
    return FRAME_HEADER.pack(len(payload)) + payload


def decode_render(payload: bytes) -> Render:
    """Read what a host sent; raises msgspec.DecodeError or ValidationError."""
    return _render_decoder.decode(payload)


def decode_reply(payload: bytes) -> Reply:
    """Read what a worker sent; raises msgspec.DecodeError or ValidationError."""
    reply: Reply = _reply_decoder.decode(payload)
    return reply


class Frames:
    """Takes bytes as they come and gives back whole frames."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add what was received."""
        self._buffer += data

    def next_payload(self) -> bytes | None:
        """Return the next whole payload, None where it is not whole yet.

        Raises ValueError for a frame that is longer than the limit.
        """
        buffer = self._buffer
        if len(buffer) < FRAME_HEADER.size:
            return None
        (length,) = FRAME_HEADER.unpack_from(buffer)
        if length > self._max_bytes:
            raise ValueError(f"a frame of {length} bytes; the limit is {self._max_bytes}")
        end = FRAME_HEADER.size + length
        if len(buffer) < end:
            return None
        payload = bytes(memoryview(buffer)[FRAME_HEADER.size : end])
        del buffer[:end]
        return payload
