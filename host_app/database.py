"""The shop's SQLite database: made and filled at first start, then only read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from flask import current_app, g

from host_app.seed import read_products, seed_version

__all__ = ["close_connection", "connection", "ensure_database"]

# Says in the file that it is the shop's ("SHOP" in ASCII), so that no other database is replaced.
_APPLICATION_ID = 0x53484F50
_LOCK_TIMEOUT_SECONDS = 30.0

_TABLES = (
    "DROP TABLE IF EXISTS reviews",
    "DROP TABLE IF EXISTS products",
    """
    CREATE TABLE products (
        id          TEXT PRIMARY KEY,
        position    INTEGER NOT NULL UNIQUE,
        name        TEXT NOT NULL,
        category    TEXT NOT NULL,
        price_cents INTEGER NOT NULL CHECK (price_cents > 0),
        blurb       TEXT NOT NULL,
        description TEXT NOT NULL,
        details     TEXT NOT NULL,
        goes_with   TEXT NOT NULL,
        picture     TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE reviews (
        id         TEXT PRIMARY KEY,
        product_id TEXT NOT NULL REFERENCES products (id),
        rating     INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
        title      TEXT NOT NULL,
        body       TEXT NOT NULL,
        author     TEXT NOT NULL,
        created_at TEXT NOT NULL,
        helpful    INTEGER NOT NULL CHECK (helpful >= 0)
    ) STRICT
    """,
    "CREATE INDEX reviews_by_product ON reviews (product_id, created_at DESC)",
)
_ADD_PRODUCT = "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_REVIEW = "INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def ensure_database(path: str | Path) -> Path:
    """Make and fill the database at `path` unless it is there and up to date; return its path.

    All in one transaction: processes that start at once wait for the first and find its work.
    Raises `RuntimeError` where `path` is somebody else's database.
    """
    file = Path(path).resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    version = seed_version("".join(_TABLES))
    with closing(
        sqlite3.connect(file, timeout=_LOCK_TIMEOUT_SECONDS, isolation_level=None)
    ) as database:
        if _is_current(database, version):
            return file
        database.execute("BEGIN IMMEDIATE")
        try:
            if not _is_current(database, version):
                _check_owner(database, file)
                _fill(database, version)
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise
    return file


def connection() -> sqlite3.Connection:
    """Return this request's connection, which can only read."""
    if "shop_database" not in g:
        file = current_app.config["SHOP_DATABASE"]
        g.shop_database = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
        g.shop_database.row_factory = sqlite3.Row
    found: sqlite3.Connection = g.shop_database
    return found


def close_connection(_error: BaseException | None = None) -> None:
    """Close this request's connection, if it had one."""
    found: sqlite3.Connection | None = g.pop("shop_database", None)
    if found is not None:
        found.close()


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def _is_current(database: sqlite3.Connection, version: int) -> bool:
    return (
        _pragma(database, "application_id") == _APPLICATION_ID
        and _pragma(database, "user_version") == version
    )


def _check_owner(database: sqlite3.Connection, file: Path) -> None:
    empty = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if not empty and _pragma(database, "application_id") != _APPLICATION_ID:
        raise RuntimeError(
            f"{file} is a database of something else. Let SHOP_DATABASE name another file"
        )


def _fill(database: sqlite3.Connection, version: int) -> None:
    for statement in _TABLES:
        database.execute(statement)
    for position, product in enumerate(read_products()):
        database.execute(_ADD_PRODUCT, (product.id, position, *product.columns))
        database.executemany(_ADD_REVIEW, product.reviews)
    database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {version}")
