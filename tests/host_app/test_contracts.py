"""What the host puts into its pages for the bus is what the message contracts say."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_app.catalogue import all_products
from host_app.database import connection
from tiny_client.contracts import MessageContracts, PayloadError

SNAPSHOT = Path(__file__).resolve().parents[2] / "host_app" / "contracts.json"


@pytest.fixture(scope="module")
def contracts():
    return MessageContracts.read(SNAPSHOT)


def state_of(visitor):
    return visitor.get("/visitor").get_json()


def test_state_of_a_newcomer_holds(visitor, contracts):
    state = state_of(visitor)
    assert sorted(state) == ["shop:cart", "shop:preferences", "shop:session"]
    for key, value in state.items():
        contracts.validate(key, value)


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_state_holds_whatever_the_visitor_did(visitor, contracts, theme, locale):
    visitor.post("/login", data={"name": "M" * 40})
    visitor.post("/preferences", data={"theme": theme, "locale": locale})
    for key, value in state_of(visitor).items():
        contracts.validate(key, value)


def test_fullest_cart_holds(visitor, shop, contracts):
    with shop.app_context():
        ids = [product.id for product in all_products(connection())]
    body = {"items": [{"id": product_id, "quantity": 99} for product_id in ids]}
    answer = visitor.put("/cart", json=body).get_json()
    contracts.validate("shop:cart", answer)
    contracts.validate("cart:saved", answer)
    assert len(answer["items"]) == len(ids)


def test_contracts_refuse_what_is_wrong(contracts):
    with pytest.raises(PayloadError, match="locale"):
        contracts.validate("shop:preferences", {"theme": "dark", "locale": "fr"})
