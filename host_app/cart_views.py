"""The two ways to change the cart: a form that any browser can post, and JSON from our script."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from host_app.cart import Cart, CartError, CartFull
from host_app.catalogue import find_product, product_ids
from host_app.database import connection
from host_app.same_site import refuse_other_sites, return_path
from host_app.visitor import (
    cart_item,
    cart_limits,
    cart_lines,
    leave_notice,
    load_cart,
    save_cart,
)

__all__ = ["blueprint"]

blueprint = Blueprint("cart", __name__, url_prefix="/cart")
blueprint.before_request(refuse_other_sites)


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
    except CartFull as error:
        leave_notice("cart.full", lines=error.lines)
    else:
        save_cart(cart)
        if change > 0:
            leave_notice("notice.added", name=product.name)
        else:
            leave_notice("notice.updated")
    return redirect(return_path(request, otherwise=url_for("pages.home")), 303)


@blueprint.put("")
def replace() -> Response:
    """Take over the whole cart: `{"items": [{"id", "quantity"}, …]}`.

    The answer is the cart as it stands now: names and prices come from us.
    """
    if not request.is_json:
        abort(415, "Send the cart as application/json")
    try:
        cart = Cart.from_json(request.get_json(), product_ids(connection()), cart_limits())
    except RecursionError:
        abort(400, "The JSON is nested too deeply")
    except CartError as error:
        abort(400, str(error))
    save_cart(cart)
    return jsonify(items=[cart_item(line) for line in cart_lines()])


def _whole_number(text: str) -> int | None:
    digits = text.strip().removeprefix("-").removeprefix("+")
    # A length limit, as Python refuses to parse endless digits with an error of its own.
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return None
    return int(text)
