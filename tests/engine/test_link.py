"""Frames arrive whole, in time or not at all, however the other side sends them."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiny_client.engine.link import Link, LinkClosed
from tiny_client.engine.messages import FRAME_HEADER, Html, decode_reply, frame


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def soon() -> float:
    return time.monotonic() + 20


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5),
    st.integers(min_value=1, max_value=9),
)
@settings(deadline=None)
def test_frames_come_out_whole_however_they_are_cut(texts, size):
    near, far = socket.socketpair()
    stream = b"".join(frame(Html(text)) for text in texts)

    def send() -> None:
        for start in range(0, len(stream), size):
            far.sendall(stream[start : start + size])

    with near, far:
        link = Link(near, 10_000)
        sender = threading.Thread(target=send)
        sender.start()
        found = [decode_reply(link.receive(soon())) for _ in texts]
        sender.join()
    assert found == [Html(text) for text in texts]


def test_frames_larger_than_what_a_socket_holds_pass_both_ways(ends):
    near, far = ends
    one, two = Link(near, 2**30), Link(far, 2**30)
    large = frame(Html("x" * 5_000_000))

    def answer() -> None:
        two.receive(soon())
        far.sendall(large)
        far.sendall(frame(Html("small")))

    other = threading.Thread(target=answer)
    other.start()
    one.send(large)  # returns at once; the rest leaves while the answer is waited for
    assert len(decode_reply(one.receive(soon())).html) == 5_000_000
    assert decode_reply(one.receive(soon())) == Html("small")
    other.join()
    assert one.receive(time.monotonic() + 0.01) is None
    assert len(one._buffer) < 1_000_000  # what the large one needed is given back


@pytest.mark.parametrize("patience", [0.001, 60.0])
@pytest.mark.parametrize("begun", [b"", b"\0\0", FRAME_HEADER.pack(50) + b"half of it"])
def test_a_wait_ends_in_time_and_loses_nothing(ends, patience, begun):
    near, far = ends
    link = Link(near, 100, patience=patience)
    far.sendall(begun)
    assert link.receive(time.monotonic() + 0.02) is None
    far.sendall((FRAME_HEADER.pack(50) + b"half of it".ljust(50))[len(begun) :])
    payload = link.receive(soon())
    assert payload is not None
    assert bytes(payload) == b"half of it".ljust(50)


def test_a_frame_over_the_limit_is_refused_before_it_is_read(ends):
    near, far = ends
    far.sendall(FRAME_HEADER.pack(101))
    with pytest.raises(ValueError, match="101 bytes"):
        Link(near, 100).receive(soon())


def test_an_end_is_told_from_silence(ends):
    near, far = ends
    link = Link(near, 100)
    assert link.silent
    far.sendall(FRAME_HEADER.pack(3) + b"abc" + FRAME_HEADER.pack(1))
    assert not link.silent
    assert bytes(link.receive(soon()) or b"") == b"abc"
    assert not link.silent  # the next frame has begun
    far.close()
    with pytest.raises(LinkClosed):
        link.receive(soon())


def test_what_came_in_time_is_read_though_nobody_looked_in_time(ends):
    near, far = ends
    far.sendall(FRAME_HEADER.pack(3) + b"abc")
    payload = Link(near, 100).receive(time.monotonic() - 1)
    assert payload is not None
    assert bytes(payload) == b"abc"
