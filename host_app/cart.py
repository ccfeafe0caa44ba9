"""The cart: which products, how many of each, within limits. Pure; the session only keeps it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from host_app.catalogue import Product

__all__ = ["Cart", "CartError", "CartFull", "CartLimits", "CartLine"]


class CartError(Exception):
    """A change that the cart cannot take; the message says why and what would work."""


class CartFull(CartError):
    """A cart that has as many `lines` as it may have."""

    def __init__(self, lines: int) -> None:
        super().__init__(
            f"The cart is full: it has {lines} different products. Remove one to add another"
        )
        self.lines = lines


@dataclass(frozen=True, slots=True)
class CartLimits:
    """How many lines a cart may have, and how many pieces a line."""

    lines: int
    quantity: int


@dataclass(frozen=True, slots=True)
class CartLine:
    """A product in the cart, at the database's price."""

    product: Product
    quantity: int

    @property
    def total_cents(self) -> int:
        """Return what the line costs."""
        return self.product.price_cents * self.quantity


class Cart:
    """Product ids and quantities in the order in which they were added."""

    def __init__(self, quantities: Mapping[str, int], limits: CartLimits) -> None:
        self._quantities = dict(quantities)
        self._limits = limits

    @classmethod
    def from_session(cls, stored: object, limits: CartLimits) -> Cart:
        """Return the cart as a session keeps it; what does not look like one is left out."""
        quantities: dict[str, int] = {}
        for entry in stored if isinstance(stored, list) else []:
            match entry:
                case [str(product_id), int(quantity)] if quantity > 0:
                    quantities[product_id] = min(quantity, limits.quantity)
        return cls(dict(list(quantities.items())[: limits.lines]), limits)

    @classmethod
    def from_json(cls, body: Any, known_ids: Collection[str], limits: CartLimits) -> Cart:
        """Return the cart that a browser sent as `{"items": [{"id", "quantity"}, …]}`.

        Other fields, such as prices, are ignored. Raises `CartError` for anything else.
        """
        match body:
            case {"items": list(items)}:
                pass
            case _:
                raise CartError('The body must be a JSON object such as {"items": []}')
        if len(items) > limits.lines:
            raise CartError(f"A cart has at most {limits.lines} lines, not {len(items)}")
        quantities: dict[str, int] = {}
        for number, item in enumerate(items):
            product_id, quantity = _line(item, f"items[{number}]", limits)
            if product_id in quantities:
                raise CartError(f"items[{number}]: {product_id!r} stands in the cart twice")
            if product_id not in known_ids:
                raise CartError(f"items[{number}]: there is no product {product_id!r}")
            quantities[product_id] = quantity
        return cls(quantities, limits)

    def to_session(self) -> list[list[str | int]]:
        """Return what `from_session` reads."""
        return [[product_id, quantity] for product_id, quantity in self._quantities.items()]

    def add(self, product_id: str, change: int) -> None:
        """Change a product's quantity; at zero its line goes, over the limit it stays there.

        Raises `CartFull` where it needs one more line than there may be.
        """
        quantity = min(self._quantities.get(product_id, 0) + change, self._limits.quantity)
        if quantity <= 0:
            self._quantities.pop(product_id, None)
            return
        if product_id not in self._quantities and len(self._quantities) >= self._limits.lines:
            raise CartFull(self._limits.lines)
        self._quantities[product_id] = quantity

    @property
    def ids(self) -> Sequence[str]:
        """Return the products' ids."""
        return list(self._quantities)

    @property
    def count(self) -> int:
        """Return the number of pieces."""
        return sum(self._quantities.values())

    def lines(self, products: Mapping[str, Product]) -> list[CartLine]:
        """Return the lines whose product still exists."""
        return [
            CartLine(products[product_id], quantity)
            for product_id, quantity in self._quantities.items()
            if product_id in products
        ]


def _line(item: object, where: str, limits: CartLimits) -> tuple[str, int]:
    match item:
        # bool is an int to Python, but true pieces are none.
        case {"id": str(product_id), "quantity": int(quantity)} if not isinstance(quantity, bool):
            if not 1 <= quantity <= limits.quantity:
                raise CartError(
                    f"{where}: quantity must be from 1 to {limits.quantity}, not {quantity}"
                )
            return product_id, quantity
        case _:
            raise CartError(f'{where} must be an object such as {{"id": "mug", "quantity": 1}}')
