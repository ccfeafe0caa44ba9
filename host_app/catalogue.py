"""What the shop sells and what people say about it, read from the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "Product",
    "Review",
    "all_products",
    "find_product",
    "find_products",
    "product_ids",
    "reviews_of",
]


@dataclass(frozen=True, slots=True)
class Product:
    """One thing to buy. `picture` is SVG markup of our own; `rating` is the reviews' mean.

    `goes_with` has the ids of the products that it goes well with.
    """

    id: str
    name: str
    category: str
    price_cents: int
    blurb: str
    description: str
    details: Sequence[str]
    goes_with: Sequence[str]
    picture: str
    rating: float
    review_count: int


@dataclass(frozen=True, slots=True)
class Review:
    """What one customer wrote. `created_at` is a date such as `2026-05-01`."""

    id: str
    author: str
    rating: int
    title: str
    body: str
    created_at: str
    helpful: int


_SELECT = """
    SELECT p.*, coalesce(avg(r.rating), 0.0) AS mean, count(r.id) AS review_count
    FROM products p LEFT JOIN reviews r ON r.product_id = p.id
"""
_ORDER = " GROUP BY p.id ORDER BY p.position"


def all_products(database: sqlite3.Connection) -> list[Product]:
    """Return every product in the shop's order."""
    return [_product(row) for row in database.execute(_SELECT + _ORDER)]


def find_product(database: sqlite3.Connection, product_id: str) -> Product | None:
    """Return the product with that id, or None."""
    return find_products(database, [product_id]).get(product_id)


def find_products(database: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Product]:
    """Return those of the products that exist, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    marks = ",".join("?" * len(wanted))
    rows = database.execute(f"{_SELECT} WHERE p.id IN ({marks}) {_ORDER}", wanted)
    return {row["id"]: _product(row) for row in rows}


def product_ids(database: sqlite3.Connection) -> frozenset[str]:
    """Return the id of every product."""
    return frozenset(row["id"] for row in database.execute("SELECT id FROM products"))


def reviews_of(database: sqlite3.Connection, product_id: str) -> list[Review]:
    """Return a product's reviews, newest first."""
    rows = database.execute(
        "SELECT * FROM reviews WHERE product_id = ? ORDER BY created_at DESC, id", (product_id,)
    )
    return [
        Review(
            id=row["id"],
            author=row["author"],
            rating=row["rating"],
            title=row["title"],
            body=row["body"],
            created_at=row["created_at"],
            helpful=row["helpful"],
        )
        for row in rows
    ]


def _product(row: sqlite3.Row) -> Product:
    return Product(
        id=row["id"],
        name=row["name"],
        category=row["category"],
        price_cents=row["price_cents"],
        blurb=row["blurb"],
        description=row["description"],
        details=tuple(row["details"].splitlines()),
        goes_with=tuple(row["goes_with"].splitlines()),
        picture=row["picture"],
        rating=round(row["mean"], 1),
        review_count=row["review_count"],
    )
