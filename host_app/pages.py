"""The pages that people look at."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, url_for

from host_app.cart import CartLine
from host_app.catalogue import Product, all_products, find_product, reviews_of
from host_app.database import connection
from host_app.money import CURRENCY
from host_app.visitor import cart_lines, take_notice
from tiny_client import TinyFrontends

__all__ = ["blueprint", "tiny"]

tiny = TinyFrontends()
blueprint = Blueprint("pages", __name__)
_RECOMMENDED = 4


@blueprint.get("/")
def home() -> Response:
    """Answer with all products, what goes with the cart, and the cart."""
    products = all_products(connection())
    lines = cart_lines()
    recommended = _recommended(products, lines)
    return _page(
        "home.html",
        lines,
        products=products,
        recommended=recommended,
        recommendations=[_recommendation(product) for product in recommended],
    )


@blueprint.get("/products/<product_id>")
def product(product_id: str) -> Response:
    """Answer with one product, its reviews and the cart; 404 where there is no such product."""
    found = find_product(connection(), product_id)
    if found is None:
        abort(404)
    reviews = [asdict(review) for review in reviews_of(connection(), found.id)]
    for review in reviews:
        review["createdAt"] = review.pop("created_at")
    return _page("product.html", cart_lines(), product=found, reviews=reviews)


@blueprint.get("/cart")
def cart() -> Response:
    """Answer with the cart as the host itself draws it, for when the fragment cannot."""
    return _page("cart.html", cart_lines())


@blueprint.get("/about")
def about() -> Response:
    """Answer with a page that uses no fragment."""
    return _page("about.html", cart_lines())


def _page(template: str, lines: list[CartLine], **context: Any) -> Response:
    response = tiny.render_page(
        template,
        cart_lines=lines,
        cart_items=[_cart_item(line) for line in lines],
        cart_count=sum(line.quantity for line in lines),
        cart_total_cents=sum(line.total_cents for line in lines),
        cart_url=url_for("pages.cart"),
        currency=CURRENCY,
        notice=take_notice(),
        **context,
    )
    # The page shows this visitor's cart. "Back" must not show the cart of some time ago.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cart_item(line: CartLine) -> dict[str, Any]:
    return {
        "id": line.product.id,
        "name": line.product.name,
        "priceCents": line.product.price_cents,
        "quantity": line.quantity,
    }


def _recommendation(product: Product) -> dict[str, Any]:
    return {
        "id": product.id,
        "name": product.name,
        "priceCents": product.price_cents,
        "url": url_for("pages.product", product_id=product.id),
        "picture": product.picture,
    }


def _recommended(products: list[Product], lines: list[CartLine]) -> list[Product]:
    """Return the best rated products that are not in the cart yet."""
    in_cart = {line.product.id for line in lines}
    others = [product for product in products if product.id not in in_cart]
    return sorted(others, key=lambda product: -product.rating)[:_RECOMMENDED]
