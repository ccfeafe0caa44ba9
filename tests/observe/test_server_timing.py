"""The Server-Timing header says how each slot ended, in a form that browsers read."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.observe.conftest import asked, ended
from tiny_client.observe.server_timing import MAX_LENGTH, server_timing

ENTRY = re.compile(
    r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+);desc="([^"\\]*)"(?:;dur=([0-9]+\.[0-9]))?""", re.ASCII
)


def test_each_slot_has_its_name_its_outcome_and_its_milliseconds():
    value = server_timing(
        [(asked("Cart"), ended("cached", 0.00012)), (asked("Menu"), ended("fallback", 2.0))]
    )
    assert value == 'Cart;desc="cached";dur=0.1, Menu;desc="fallback";dur=2000.0'


def test_two_slots_of_one_fragment_are_told_apart():
    value = server_timing([(asked(name), ended()) for name in ("Cart", "Cart", "Cart.2", "Cart")])
    names = [ENTRY.fullmatch(entry)[1] for entry in value.split(", ")]
    assert names == ["Cart", "Cart.2", "Cart.2.2", "Cart.3"]


def test_page_without_slots_has_none():
    assert server_timing([]) == ""


def test_header_of_a_page_with_very_many_slots_stays_short_and_says_so():
    value = server_timing([(asked(f"Fragment{number}"), ended()) for number in range(500)])
    entries = value.split(", ")
    assert len(value) <= MAX_LENGTH
    assert entries[-1] == f'more;desc="{500 - len(entries) + 1} more"'


@given(
    st.lists(
        st.tuples(
            st.text(max_size=90),
            st.sampled_from(["rendered", "breaker-open"]),
            st.floats(0, 1e4),
        ),
        max_size=80,
    )
)
def test_any_name_makes_a_valid_header(slots):
    value = server_timing([(asked(name), ended(kind, seconds)) for name, kind, seconds in slots])
    assert len(value) <= MAX_LENGTH
    matches = [ENTRY.fullmatch(entry) for entry in value.split(", ")] if value else []
    assert all(matches)
    names = [match[1] for match in matches]
    assert len(set(names)) == len(names)
