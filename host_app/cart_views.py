"""The two ways to change the cart: a form that any browser can post, and JSON from our script."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from host_app.cart import Cart, CartError
from host_app.catalogue import find_product, product_ids
from host_app.database import connection
from host_app.same_site import is_cross_site, return_path
from host_app.visitor import cart_limits, leave_notice, load_cart, save_cart

__all__ = ["blueprint"]

blueprint = Blueprint("cart", __name__, url_prefix="/cart")


@blueprint.before_request
def refuse_other_sites() -> None:
    """Stop what another site makes a visitor's browser send."""
    if is_cross_site(request):
        abort(403, "The cart can only be changed from the shop's own pages")


@blueprint.post("/items")
def add_item() -> AnyResponse:
    """Change one product's quantity and go back to the page that the form stands in.

    Fields: `id`, and `quantity`, the change (default 1, may be negative).
    """
    product = find_product(connection(), request.form.get("id", ""))
    if product is None:
        abort(400, "The field id must name a product of the shop")
    limit = cart_limits().quantity
    change = _whole_number(request.form.get("quantity", "1"))
    if change is None or not -limit <= change <= limit or change == 0:
        abort(400, f"The field quantity must be a whole number from -{limit} to {limit}, not 0")
    cart = load_cart()
    try:
        cart.add(product.id, change)
    except CartError as error:
        leave_notice(str(error))
    else:
        save_cart(cart)
        leave_notice(
            f"{product.name} is in your cart." if change > 0 else "Your cart has been updated."
        )
    return redirect(return_path(request, otherwise=url_for("pages.home")), 303)


@blueprint.put("")
def replace() -> Response:
    """Take over the whole cart: `{"items": [{"id", "quantity"}, …]}`; prices come from us."""
    if not request.is_json:
        abort(415, "Send the cart as application/json")
    try:
        cart = Cart.from_json(request.get_json(), product_ids(connection()), cart_limits())
    except RecursionError:
        abort(400, "The JSON is nested too deeply")
    except CartError as error:
        abort(400, str(error))
    save_cart(cart)
    return Response(status=204)


def _whole_number(text: str) -> int | None:
    digits = text.strip().removeprefix("-").removeprefix("+")
    # A length limit, as Python refuses to parse endless digits with an error of its own.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    return int(text)
