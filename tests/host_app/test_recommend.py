"""What the shop recommends beside a cart and beside a product."""

from __future__ import annotations

import pytest

from host_app.cart import CartLine
from host_app.catalogue import all_products
from host_app.database import connection
from host_app.recommend import recommend


@pytest.fixture
def products(shop):
    with shop.app_context():
        return {product.id: product for product in all_products(connection())}


def test_what_goes_with_the_cart_comes_first_and_nothing_that_is_in_it(products):
    lines = [CartLine(products["ash-glaze-mug"], 1), CartLine(products["side-plate"], 2)]
    found = recommend(products.values(), lines)
    assert len(found) == 4
    assert not {"ash-glaze-mug", "side-plate"} & {product.id for product in found}
    assert {"ash-glaze-mug", "side-plate"} & set(found[0].goes_with)


def test_what_goes_with_the_product_shown_comes_before_that(products):
    lines = [CartLine(products["bud-vase"], 1)]
    found = recommend(products.values(), lines, products["side-plate"])
    assert "side-plate" in found[0].goes_with
    assert "side-plate" not in {product.id for product in found}


def test_without_a_cart_the_best_rated_come_first(products):
    ratings = [product.rating for product in recommend(products.values(), [])]
    assert ratings == sorted(ratings, reverse=True)


def test_every_product_goes_with_others_that_there_are(products):
    for product in products.values():
        assert product.goes_with
        assert product.id not in product.goes_with
        assert set(product.goes_with) <= set(products)
