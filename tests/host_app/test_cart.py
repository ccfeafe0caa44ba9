"""The cart itself, without HTTP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_app.cart import Cart, CartError, CartLimits

LIMITS = CartLimits(lines=20, quantity=99)
KNOWN = frozenset(f"p{number}" for number in range(30))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_whatever_a_session_holds_becomes_a_cart_within_its_limits(stored):
    cart = Cart.from_session(stored, LIMITS)
    assert len(cart.ids) <= LIMITS.lines


@given(st.lists(st.tuples(st.text(), st.integers()).map(list), max_size=60))
def test_session_is_bounded_in_lines_and_quantity(stored):
    cart = Cart.from_session(stored, LIMITS)
    assert len(cart.ids) <= LIMITS.lines
    assert all(1 <= quantity <= LIMITS.quantity for _, quantity in cart.to_session())


@given(anything | st.fixed_dictionaries({"items": anything}))
def test_whatever_a_browser_sends_is_a_cart_or_an_error_with_a_reason(body):
    reason = "taken"
    try:
        Cart.from_json(body, KNOWN, LIMITS)
    except CartError as error:
        reason = str(error)
    assert reason


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.integers(1, 99), max_size=20))
def test_cart_comes_back_from_the_session_as_it_was(quantities):
    items = [{"id": product_id, "quantity": count} for product_id, count in quantities.items()]
    cart = Cart.from_json({"items": items}, KNOWN, LIMITS)
    again = Cart.from_session(cart.to_session(), LIMITS)
    assert again.to_session() == cart.to_session()
    assert again.count == sum(quantities.values())


@given(st.lists(st.tuples(st.sampled_from(sorted(KNOWN)), st.integers(-99, 99))))
def test_no_row_of_changes_leaves_the_limits(changes):
    cart = Cart({}, LIMITS)
    for product_id, change in changes:
        try:
            cart.add(product_id, change)
        except CartError:
            assert len(cart.ids) == LIMITS.lines
    assert len(cart.ids) <= LIMITS.lines
    assert all(1 <= quantity <= LIMITS.quantity for _, quantity in cart.to_session())


def test_error_names_the_line_that_is_wrong():
    items = [{"id": "p1", "quantity": 1}, {"id": "p2", "quantity": 0}]
    with pytest.raises(CartError, match=r"items\[1\]: quantity must be from 1 to 99, not 0"):
        Cart.from_json({"items": items}, KNOWN, LIMITS)


def test_line_whose_product_is_gone_is_not_shown():
    assert Cart({"gone": 2}, LIMITS).lines({}) == []
