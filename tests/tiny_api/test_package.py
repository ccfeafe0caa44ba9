"""What the package offers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tiny_api
from tiny_api import errors

REPOSITORY = Path(__file__).parents[2]


def test_everything_that_is_offered_is_there() -> None:
    for name in tiny_api.__all__:
        assert callable(getattr(tiny_api, name))
    assert set(tiny_api.__all__) <= set(dir(tiny_api))


def test_nothing_else_is_offered() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = tiny_api.nothing  # type: ignore[attr-defined]


def test_all_errors_are_in_one_tree_and_in_its_description() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    for kind in kinds:
        assert issubclass(kind, errors.TinyApiError)
        assert f"* {kind.__name__}" in (errors.__doc__ or "")


def test_the_registry_and_the_client_do_not_import_each_other() -> None:
    script = (
        "import sys, tiny_api.app, tiny_api.deploy, tiny_api.cli.api, tiny_api.cli.deploy\n"
        "sys.exit(any(name.split('.')[0] == 'tiny_client' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY).returncode == 0
