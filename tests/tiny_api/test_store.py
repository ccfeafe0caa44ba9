"""The database's layout and how it comes to be."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from tiny_api.errors import StoreError
from tiny_api.settings import RegistrySettings
from tiny_api.store import migrate
from tiny_api.store.engine import open_engine, write_transaction
from tiny_api.store.schema import deploy_log, metadata, release_bundle

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def engine(settings: RegistrySettings) -> Iterator[Engine]:
    made = open_engine(settings)
    yield made
    made.dispose()


def log_row(at: datetime) -> dict[str, object]:
    return {
        "at": at,
        "deployed_by": "x",
        "fragment": "Cart",
        "contract_version": "1",
        "to_release": "1",
    }


def test_migrations_end_at_the_layout_that_the_code_uses(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_can_be_taken_back(engine: Engine) -> None:
    migrate.upgrade(engine)
    with write_transaction(engine) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    migrate.upgrade(engine)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        migrate.upgrade(engine)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    path.write_text("this is not a database, but it is long enough to look at" * 100)
    engine = open_engine(RegistrySettings(database_url=f"sqlite:///{path}"))
    with pytest.raises(StoreError, match="cannot be opened"):
        migrate.upgrade(engine)
    engine.dispose()


def test_several_processes_may_start_on_a_new_database(settings: RegistrySettings) -> None:
    script = "from tiny_api.store.opened import opened_store\nwith opened_store(): pass"
    environ = {
        **os.environ,
        "TINY_DATABASE_URL": settings.database_url,
        "PYTHONPATH": str(REPOSITORY),
    }
    processes = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", script], env=environ)
        for _ in range(4)
    ]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]


def test_the_database_is_in_wal_mode_with_foreign_keys(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    row = {"release_id": 1, "role": "umdBundle", "file": "none"}
    with pytest.raises(IntegrityError), write_transaction(engine) as connection:
        connection.execute(insert(release_bundle), row)


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)

    def write_and_fail() -> None:
        with write_transaction(engine) as connection:
            connection.execute(insert(deploy_log), log_row(datetime.now(UTC)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with engine.connect() as connection:
        assert connection.execute(select(deploy_log.c.id)).all() == []


def test_moments_come_back_in_utc(engine: Engine) -> None:
    migrate.upgrade(engine)
    berlin = datetime(2026, 5, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    with write_transaction(engine) as connection:
        connection.execute(insert(deploy_log), log_row(berlin))
    with engine.connect() as connection:
        stored = connection.execute(select(deploy_log.c.at)).scalar_one()
    assert stored == berlin
    assert stored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    migrate.upgrade(engine)
    with pytest.raises(StatementError, match="aware"), write_transaction(engine) as connection:
        connection.execute(insert(deploy_log), log_row(datetime(2026, 5, 1)))
