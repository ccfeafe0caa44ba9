"""The host reads what a worker sends without trusting it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.engine.messages import (
    Failure,
    Html,
    Ready,
    Render,
    Sources,
    decode_render,
    decode_reply,
    frame,
)


@pytest.mark.parametrize(
    "message",
    [Ready(7), Html("é"), Failure("missing", module="x", provided=["a"])],
)
def test_replies_survive_the_way(message):
    assert decode_reply(frame(message)[4:]) == message


def test_calls_survive_the_way():
    call = Render(("Cart", "r", "b"), None, "t0-", "{}", Sources("r.js", "1", "b.js", "2"))
    assert decode_render(frame(call)[4:]) == call


@given(st.binary(max_size=50))
def test_garbage_is_refused(data):
    with pytest.raises((msgspec.MsgspecError, UnicodeDecodeError)):
        decode_reply(data)
