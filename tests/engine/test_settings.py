"""Every setting of the engine is documented and refused where it cannot work."""

from __future__ import annotations

import dataclasses

import pytest

from tiny_client.engine import EngineSettings
from tiny_client.errors import ConfigurationError


def test_every_setting_is_documented():
    assert EngineSettings.__doc__ is not None
    for field in dataclasses.fields(EngineSettings):
        assert f"- `{field.name}`" in EngineSettings.__doc__


def test_the_number_of_workers_follows_the_processors():
    assert 1 <= EngineSettings().workers <= 4
    assert EngineSettings(workers=9).workers == 9


@pytest.mark.parametrize(
    "settings",
    [
        {"mode": "threads"},
        {"workers": -1},
        {"render_timeout": 0},
        {"heap_bytes": -5},
        {"render_timeout": float("nan")},
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(settings):
    (name,) = settings
    with pytest.raises(ConfigurationError, match=name):
        EngineSettings(**settings)
