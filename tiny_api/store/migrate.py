"""Bring the database to the layout that this version of the registry needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random

from tiny_api.errors import StoreError
from tiny_api.store.engine import write_transaction

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; several processes may do so at the same time.

    Raises `StoreError` if the database cannot be opened or was made by a newer version.
    """
    try:
        _switch_to_wal(engine)
        # The write lock lets one process migrate while the others wait and then find it done.
        with write_transaction(engine) as connection:
            config = _config()
            config.attributes["connection"] = connection
            head = ScriptDirectory.from_config(config).get_current_head()
            if MigrationContext.configure(connection).get_current_revision() != head:
                command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            f"The database {engine.url} was made by a newer version: {error}.",
            "Update tiny-mosaic, or use another database.",
        ) from error
    except DatabaseError as error:
        raise StoreError(
            f"The database {engine.url} cannot be opened: {error.orig}.",
            "Check TINY_DATABASE_URL and the rights on that file.",
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@retry(
    retry=retry_if_exception_type(OperationalError),
    wait=wait_random(0.01, 0.05),
    stop=stop_after_delay(10),
    reraise=True,
)
def _switch_to_wal(engine: Engine) -> None:
    # Kept in the file, so once is enough. SQLite does not wait for this lock by itself.
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        if mode != "wal":
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
