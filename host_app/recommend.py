"""Chooses the products to recommend; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from host_app.cart import CartLine
from host_app.catalogue import Product

__all__ = ["recommend"]

_COUNT = 4


def recommend(
    products: Iterable[Product], lines: Sequence[CartLine], shown: Product | None = None
) -> list[Product]:
    """Return some products that are neither `shown` nor in the cart.

    Those that go with the product shown come first, then those that go with what is in the cart,
    and the better rated one before the other.
    """
    known = {line.product.id for line in lines}

    def rank(product: Product) -> tuple[bool, bool, float]:
        with_shown = shown is not None and shown.id in product.goes_with
        return (not with_shown, known.isdisjoint(product.goes_with), -product.rating)

    hidden = known | ({shown.id} if shown else set())
    return sorted((product for product in products if product.id not in hidden), key=rank)[:_COUNT]
