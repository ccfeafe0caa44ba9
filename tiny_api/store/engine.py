"""Connections to the registry's database, for many threads and many processes at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from tiny_api.errors import StoreError
from tiny_api.settings import RegistrySettings


def open_engine(settings: RegistrySettings) -> Engine:
    """Open the database of `settings`; whoever calls this disposes of the engine.

    Raises `StoreError` for a URL that cannot be used.
    """
    url = _checked_url(settings.database_url)
    engine = create_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        pool_timeout=settings.database_busy_timeout_seconds,
        connect_args={"timeout": settings.database_busy_timeout_seconds},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that holds the write lock from its first statement.

    In SQLite a transaction that reads first and writes later can fail at once with "database is
    locked" whatever the timeout; one that takes the lock at its start waits its turn.
    """
    with engine.execution_options(tiny_write=True).begin() as connection:
        yield connection


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(
            f"{text!r} is not a database URL.", "Give one like sqlite:///registry.db."
        ) from None
    if url.get_backend_name() != "sqlite":
        raise StoreError(
            f"The registry cannot use {url.get_backend_name()} yet.",
            "Set TINY_DATABASE_URL to sqlite:///PATH.",
        )
    if not url.database or url.database == ":memory:" or "mode=memory" in str(url.query):
        raise StoreError(
            "The registry's database must be a file: several processes share it.",
            "Set TINY_DATABASE_URL to sqlite:///PATH.",
        )
    folder = Path(url.database).absolute().parent
    if not folder.is_dir():
        raise StoreError(
            f"The folder of the database, {folder}, does not exist.",
            "Make it, or set TINY_DATABASE_URL to another place.",
        )
    return url


def _on_connect(connection: Any, record: object) -> None:
    # The driver must not open transactions by itself: `_on_begin` does, with the right lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # A release that was answered with 201 survives a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # Reads are single statements, which need no transaction.
    if connection.get_execution_options().get("tiny_write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
