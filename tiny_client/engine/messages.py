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
    "EncodedHtml",
    "Failure",
    "FailureKind",
    "Html",
    "Leaving",
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
_TEXT_LENGTH = struct.Struct(">I")

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


class EncodedHtml(msgspec.Struct, frozen=True, tag="html"):
    """The same as a worker has it: text that is in UTF-8 already and need not be read there."""

    html: msgspec.Raw

    @classmethod
    def of(cls, utf8: bytes) -> EncodedHtml:
        """Wrap text in UTF-8."""
        return cls(
            msgspec.Raw(b"\xdb" + _TEXT_LENGTH.pack(len(utf8)) + utf8)
        )  # MessagePack's str 32


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


class Leaving(msgspec.Struct, frozen=True, tag="leaving"):
    """The worker ends by itself; what it was told since then, it has not begun."""

    why: Literal["idle", "memory"]


Reply = Ready | Loaded | Html | Failure | UnknownContext | Leaving

Message = Render | Reply | EncodedHtml

_encoder = msgspec.msgpack.Encoder()
_render_decoder = msgspec.msgpack.Decoder(Render)
_reply_decoder = msgspec.msgpack.Decoder(Reply)


def frame(message: Message) -> bytearray:
    """Return `message` as one frame."""
    whole = bytearray(FRAME_HEADER.size)
    _encoder.encode_into(message, whole, FRAME_HEADER.size)
    FRAME_HEADER.pack_into(whole, 0, len(whole) - FRAME_HEADER.size)
    return whole


def decode_render(payload: bytes | memoryview) -> Render:
    """Read what a host sent; raises msgspec.DecodeError or ValidationError."""
    return _render_decoder.decode(payload)


def decode_reply(payload: bytes | memoryview) -> Reply:
    """Read what a worker sent; raises msgspec.DecodeError or ValidationError."""
    reply: Reply = _reply_decoder.decode(payload)
    return reply
