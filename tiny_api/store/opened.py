"""A migrated database for the length of a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Engine

from tiny_api.settings import RegistrySettings
from tiny_api.store.engine import open_engine
from tiny_api.store.migrate import upgrade


@contextmanager
def opened_store(database: Engine | str | None = None) -> Iterator[Engine]:
    """Use an engine as it is, or open, migrate and close the database at a URL.

    None takes the URL from the environment. Raises `SettingsError` and `StoreError`.
    """
    if isinstance(database, Engine):
        yield database
        return
    settings = RegistrySettings.from_environ()
    if database is not None:
        settings = replace(settings, database_url=database)
    engine = open_engine(settings)
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()
