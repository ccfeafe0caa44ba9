"""The loader's settings and what the package exports."""

from __future__ import annotations

import pytest

import tiny_client.loader as package
from tiny_client.errors import ConfigurationError
from tiny_client.loader import UNSET, LoaderSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cache_ttl", -1),
        ("cache_ttl", "120"),
        ("max_stale", -1),
        ("max_stale", None),
        ("connect_timeout", 0),
        ("read_timeout", None),
        ("load_timeout", float("inf")),
        ("retry_backoff", -0.1),
        ("max_config_bytes", 0),
        ("max_bundle_bytes", 1.5),
        ("memory_bytes", -1),
        ("disk_bytes", True),
        ("refresh_threads", 0),
        ("pool_size", 0),
    ],
)
def test_impossible_setting_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=name):
        LoaderSettings(cache_dir=None, **{name: value})


def test_every_setting_is_documented():
    documented = LoaderSettings.__doc__ or ""
    assert [name for name in LoaderSettings.__slots__ if f"`{name}`" not in documented] == []


def test_unset_says_what_it_is():
    assert repr(UNSET) == "UNSET"


def test_all_is_what_is_exported():
    modules = {"config", "connections", "core", "disk", "fetching", "flights", "memory", "modules"}
    modules |= {
        "addresses",
        "forwarding",
        "locks",
        "bulkheads",
        "counts",
        "refreshing",
        "names",
        "packaged",
        "registry",
        "scripts",
        "settings",
        "transport",
        "workers",
    }
    public = {name for name in vars(package) if not name.startswith("_")} - modules
    assert public == set(package.__all__)
