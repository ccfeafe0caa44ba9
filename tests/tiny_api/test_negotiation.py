"""Which content encoding a client gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_api.bundles import ENCODINGS, compressed
from tiny_api.http.negotiation import chosen_encoding

SIZES = {"br": 100, "zstd": 110, "gzip": 120, "identity": 400}


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("deflate", "identity"),
        ("*", "br"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br; q=0, *", "zstd"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.2, identity;q=0.8", "identity"),
        ("identity;q=0", "identity"),
        ("*;q=0", "identity"),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("br;q=nonsense, gzip", "gzip"),
        ("br;q=nan, gzip", "gzip"),
        ("br;q=2, gzip", "gzip"),
        (";;;,,,;q=", "identity"),
    ],
)
def test_quality_comes_first_and_then_size(accept: str, encoding: str) -> None:
    assert chosen_encoding(accept, SIZES) == encoding


def test_what_does_not_get_smaller_is_sent_as_it_is() -> None:
    sizes = {name: len(body) for name, body in compressed(b"x", 9).items()}
    assert chosen_encoding("gzip, br, zstd", sizes) == "identity"


@given(st.text())
def test_any_header_gets_an_encoding(accept: str) -> None:
    assert chosen_encoding(accept, SIZES) in ENCODINGS
