"""The `TINY_*` settings: typed, complete in the docs, and quick to name a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiny_client.errors import ConfigurationError
from tiny_client.settings import from_environ, read, setting_names

REFERENCE = Path(__file__).parent.parent.parent / "docs" / "reference" / "settings.md"
URL = {"TINY_API_URL": "http://registry.test/base/"}


def test_every_setting_is_documented_and_every_documented_setting_exists():
    documented = {
        line.split("`")[1]
        for line in REFERENCE.read_text().splitlines()
        if line.startswith("| `TINY_")
    }
    assert documented == set(setting_names())


def test_defaults_need_only_the_api_url():
    settings = read(URL)
    assert settings.api_url == "http://registry.test/base"
    assert settings.page.fragment_timeout == 2.0
    assert settings.loader.cache_ttl == 120.0


def test_settings_reach_their_records(tmp_path):
    settings = read(
        {
            **URL,
            "TINY_CACHE_TTL": None,
            "TINY_CACHE_DIR": str(tmp_path),
            "TINY_ENGINE_WORKERS": 3,
            "TINY_RETRY_MAX_RETRIES": 2,
            "TINY_PREVIEW": True,
            "SECRET_KEY": "not ours",
        }
    )
    assert settings.loader.cache_ttl is None
    assert settings.loader.cache_dir == tmp_path
    assert settings.engine.workers == 3
    assert settings.retry.max_retries == 2
    assert settings.page.preview is True


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "TINY_API_URL is not set"),
        ({"TINY_API_URL": "registry.test"}, r"http\(s\) URL"),
        ({**URL, "TINY_CACHE_TLL": 1}, "Did you mean TINY_CACHE_TTL"),
        ({**URL, "TINY_CACHE_TTL": "soon"}, "TINY_CACHE_TTL"),
        ({**URL, "TINY_ENGINE_WORKERS": "many"}, "TINY_ENGINE_WORKERS"),
        ({**URL, "TINY_RETRY_MAX_RETRIES": -1}, "max_retries"),
    ],
)
def test_mistakes_are_named(config, says):
    with pytest.raises(ConfigurationError, match=says):
        read(config)


def test_environment_is_read_as_json_where_it_is_json():
    found = from_environ(
        {
            "TINY_API_URL": "http://registry.test",
            "TINY_CACHE_TTL": "null",
            "TINY_PREVIEW": "true",
            "TINY_FRAGMENT_TIMEOUT": "0.5",
            "TINY_DEPLOY_TOKEN": "not a setting of the host",
        }
    )
    assert found == {
        "TINY_API_URL": "http://registry.test",
        "TINY_CACHE_TTL": None,
        "TINY_PREVIEW": True,
        "TINY_FRAGMENT_TIMEOUT": 0.5,
    }
