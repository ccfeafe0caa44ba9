"""The host reads what a worker sends without trusting it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.engine.messages import (
    FRAME_HEADER,
    Failure,
    Frames,
    Html,
    Ready,
    Render,
    Sources,
    decode_render,
    decode_reply,
    frame,
)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5),
    st.integers(min_value=1, max_value=9),
)
def test_frames_come_out_whole_however_they_are_cut(texts, size):
    stream = b"".join(frame(Html(text)) for text in texts)
    frames = Frames(10_000)
    found = []
    for start in range(0, len(stream), size):
        frames.feed(stream[start : start + size])
        while (payload := frames.next_payload()) is not None:
            found.append(decode_reply(payload))
    assert found == [Html(text) for text in texts]


def test_a_frame_over_the_limit_is_refused_before_it_is_read():
    frames = Frames(100)
    frames.feed(FRAME_HEADER.pack(101))
    with pytest.raises(ValueError, match="101 bytes"):
        frames.next_payload()


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
