"""The pages that people look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, current_app, url_for

from host_app.cart import CartLine
from host_app.catalogue import Product, all_products, find_product, reviews_of
from host_app.database import connection
from host_app.money import CURRENCY
from host_app.recommend import recommend
from host_app.user import MAX_NAME_CHARACTERS
from host_app.visitor import (
    cart_lines,
    load_preferences,
    load_user,
    shared_state,
    take_notice,
)
from tiny_client import TinyFrontends

__all__ = ["blueprint", "tiny"]

tiny = TinyFrontends()
blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> Response:
    """Answer with all products, what goes with the cart, and the cart."""
    products = all_products(connection())
    lines = cart_lines()
    return _page("home.html", lines, products=products, recommended=recommend(products, lines))


@blueprint.get("/products/<product_id>")
def product(product_id: str) -> Response:
    """Answer with one product, its reviews and the cart; 404 where there is no such product."""
    found = find_product(connection(), product_id)
    if found is None:
        abort(404)
    reviews = [asdict(review) for review in reviews_of(connection(), found.id)]
    for review in reviews:
        review["createdAt"] = review.pop("created_at")
    lines = cart_lines()
    recommended = recommend(all_products(connection()), lines, found)
    return _page("product.html", lines, product=found, reviews=reviews, recommended=recommended)


@blueprint.get("/cart")
def cart() -> Response:
    """Answer with the cart as the host itself draws it, for when the fragment cannot."""
    return _page("cart.html", cart_lines())


@blueprint.get("/about")
def about() -> Response:
    """Answer with a page that uses no fragment."""
    return _page("about.html", cart_lines())


def _page(
    template: str, lines: list[CartLine], recommended: Sequence[Product] = (), **context: Any
) -> Response:
    state = shared_state(lines)
    response = tiny.render_page(
        template,
        cart_lines=lines,
        recommended=recommended,
        recommendations=[_recommendation(product) for product in recommended],
        shared_state=state,
        user=load_user(),
        max_name_characters=MAX_NAME_CHARACTERS,
        cart_items=state["shop:cart"]["items"],
        locale=load_preferences().locale,
        cart_count=sum(line.quantity for line in lines),
        cart_total_cents=sum(line.total_cents for line in lines),
        cart_url=url_for("pages.cart"),
        currency=CURRENCY,
        notice=take_notice(),
        development=_in_development(),
        **context,
    )
    # The page shows this visitor's cart. "Back" must not show the cart of some time ago.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _in_development() -> bool:
    """Say what TINY_DEVELOPMENT says, as it concerns our script too; None is the debug mode."""
    given = current_app.config.get("TINY_DEVELOPMENT")
    return current_app.debug if given is None else bool(given)


def _recommendation(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "priceCents": product.price_cents,
        "url": url_for("pages.product", product_id=product.id),
        "picture": product.picture,
        "goesWith": list(product.goes_with),
    }
