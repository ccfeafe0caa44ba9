"""The registry's settings."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tiny_api.errors import SettingsError, StoreError
from tiny_api.settings import RegistrySettings
from tiny_api.store.engine import open_engine


def test_every_setting_is_described() -> None:
    described = RegistrySettings.__doc__ or ""
    assert [
        field.name for field in fields(RegistrySettings) if f"{field.name}:" not in described
    ] == []


def test_every_setting_comes_from_the_environment() -> None:
    default = RegistrySettings()
    environ = {
        f"TINY_{field.name.upper()}": str(getattr(default, field.name))
        for field in fields(RegistrySettings)
    }
    assert RegistrySettings.from_environ(environ) == default


def test_an_environment_variable_changes_its_setting() -> None:
    assert RegistrySettings.from_environ({"TINY_MAX_BUNDLE_BYTES": "1000"}).max_bundle_bytes == 1000


def test_an_empty_variable_counts_as_not_set() -> None:
    assert RegistrySettings.from_environ({"TINY_DATABASE_URL": " "}) == RegistrySettings()


@pytest.mark.parametrize("text", ["many", "-1", "0", "1e3"])
def test_a_bad_number_names_its_variable(text: str) -> None:
    with pytest.raises(SettingsError, match="TINY_MAX_BUNDLE_BYTES"):
        RegistrySettings.from_environ({"TINY_MAX_BUNDLE_BYTES": text})


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "not a database URL"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("mysql://host/db", "cannot use mysql"),
        ("sqlite:////no/such/folder/registry.db", "does not exist"),
    ],
)
def test_a_database_url_that_cannot_work_says_why(url: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem):
        open_engine(RegistrySettings(database_url=url))
