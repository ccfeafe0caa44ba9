"""The visitor of this request: the cart and the notice that their signed cookie keeps."""

from __future__ import annotations

from flask import current_app, session

from host_app.cart import Cart, CartLimits, CartLine
from host_app.catalogue import find_products
from host_app.database import connection

__all__ = ["cart_limits", "cart_lines", "leave_notice", "load_cart", "save_cart", "take_notice"]

_CART = "cart"
_NOTICE = "notice"


def cart_limits() -> CartLimits:
    """Return the limits that the settings name."""
    return CartLimits(
        lines=current_app.config["SHOP_CART_MAX_LINES"],
        quantity=current_app.config["SHOP_CART_MAX_QUANTITY"],
    )


def load_cart() -> Cart:
    """Return the visitor's cart."""
    return Cart.from_session(session.get(_CART), cart_limits())


def save_cart(cart: Cart) -> None:
    """Keep `cart` in the cookie of this response."""
    session[_CART] = cart.to_session()


def cart_lines() -> list[CartLine]:
    """Return the cart's lines with products and prices from the database."""
    cart = load_cart()
    return cart.lines(find_products(connection(), cart.ids))


def leave_notice(text: str) -> None:
    """Keep one sentence for the next page; a later one replaces it, so the cookie stays small."""
    session[_NOTICE] = text


def take_notice() -> str | None:
    """Return the sentence that was left for this page."""
    if _NOTICE not in session:
        return None
    return str(session.pop(_NOTICE))
