"""The visitor of this request: what their signed cookie and their preferences' cookie keep."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, session
from werkzeug.wrappers import Response

from host_app.cart import Cart, CartLimits, CartLine
from host_app.catalogue import find_products
from host_app.database import connection
from host_app.preferences import LOCALES, Preferences
from host_app.user import User

__all__ = [
    "cart_item",
    "cart_limits",
    "cart_lines",
    "leave_notice",
    "load_cart",
    "load_preferences",
    "load_user",
    "log_in",
    "log_out",
    "save_cart",
    "save_preferences",
    "shared_state",
    "take_notice",
]

_CART = "cart"
_NOTICE = "notice"
_USER = "user"
_PREFERENCES_COOKIE = "shop_preferences"
_YEAR_SECONDS = 31_536_000


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


def cart_item(line: CartLine) -> dict[str, Any]:
    """Return a line as the page's messages and the Cart fragment have it."""
    return {
        "id": line.product.id,
        "name": line.product.name,
        "priceCents": line.product.price_cents,
        "quantity": line.quantity,
    }


def load_user() -> User | None:
    """Return who is logged in."""
    try:
        return User.from_name(session.get(_USER))
    except ValueError:
        return None


def log_in(user: User) -> None:
    """Keep `user` in the cookie of this response."""
    session[_USER] = user.name


def log_out() -> None:
    """Forget who was logged in; the cart stays."""
    session.pop(_USER, None)


def load_preferences() -> Preferences:
    """Return what the visitor chose, else the language that their browser asks for."""
    if "shop_preferences" not in g:
        asked = request.accept_languages.best_match(LOCALES, LOCALES[0])
        g.shop_preferences = Preferences.from_cookie(
            request.cookies.get(_PREFERENCES_COOKIE), asked
        )
    found: Preferences = g.shop_preferences
    return found


def save_preferences(response: Response, preferences: Preferences) -> None:
    """Keep `preferences` for a year; not in the session, which another request may be writing."""
    response.set_cookie(
        _PREFERENCES_COOKIE,
        preferences.to_cookie(),
        max_age=_YEAR_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def shared_state(lines: list[CartLine] | None = None) -> dict[str, dict[str, Any]]:
    """Return what the page's bus starts with, by state key."""
    user = load_user()
    preferences = load_preferences()
    shown = cart_lines() if lines is None else lines
    return {
        "shop:cart": {"items": [cart_item(line) for line in shown]},
        "shop:session": {"user": {"id": user.id, "name": user.name} if user else None},
        "shop:preferences": {"theme": preferences.theme, "locale": preferences.locale},
    }


def leave_notice(key: str, **args: str | int) -> None:
    """Keep one sentence for the next page; a later one replaces it, so the cookie stays small."""
    session[_NOTICE] = [key, args]


def take_notice() -> tuple[str, dict[str, str | int]] | None:
    """Return key and arguments of the sentence that was left for this page."""
    if _NOTICE not in session:
        return None
    match session.pop(_NOTICE):
        case [str(key), dict(args)]:
            return key, args
    return None
