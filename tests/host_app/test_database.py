"""The database makes itself, once, whoever comes first."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from host_app.database import ensure_database
from host_app.seed import read_products

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
from host_app.database import ensure_database
from host_app.settings import secret_key
sys.stdin.readline()
folder = Path(sys.argv[1])
ensure_database(folder / "shop.db")
print(secret_key({}, folder))
"""


def count(file, table):
    with closing(sqlite3.connect(file)) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_processes_that_start_at_once_make_one_database_and_one_key(tmp_path):
    command = [sys.executable, "-W", "error", "-c", START, str(tmp_path)]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate(timeout=60)[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64
    assert count(tmp_path / "shop.db", "products") == 12
    assert sorted(file.name for file in tmp_path.iterdir()) == ["secret-key", "shop.db"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_second_start_leaves_the_database_as_it_is(tmp_path):
    file = ensure_database(tmp_path / "new" / "shop.db")
    before = file.read_bytes()
    assert ensure_database(file).read_bytes() == before


def test_database_of_an_older_shop_is_filled_anew(tmp_path):
    file = ensure_database(tmp_path / "shop.db")
    with closing(sqlite3.connect(file)) as database:
        database.execute("DELETE FROM reviews")
        database.execute("PRAGMA user_version = 0")
        database.commit()
    ensure_database(file)
    assert count(file, "reviews") == sum(len(product.reviews) for product in read_products())


def test_somebody_elses_database_is_left_alone(tmp_path):
    file = tmp_path / "theirs.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE products (id)")
        database.commit()
    before = file.read_bytes()
    with pytest.raises(RuntimeError, match="SHOP_DATABASE"):
        ensure_database(file)
    assert file.read_bytes() == before


def test_half_a_database_is_never_seen(tmp_path, monkeypatch):
    def broken():
        yield read_products()[0]
        raise OSError("disk full")

    monkeypatch.setattr("host_app.database.read_products", broken)
    with pytest.raises(OSError, match="disk full"):
        ensure_database(tmp_path / "shop.db")
    monkeypatch.undo()
    assert count(ensure_database(tmp_path / "shop.db"), "products") == 12


def test_pictures_are_safe_to_put_into_any_page_twice():
    for product in read_products():
        picture = str(product.columns[-1])
        assert picture.startswith("<svg ")
        for never in ("<script", "<style", "style=", " id=", "href", "onload"):
            assert never not in picture
