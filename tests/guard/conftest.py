"""A clock that a test winds, and nothing left behind."""

from __future__ import annotations

import pytest

from tiny_client.testing import no_leaks


@pytest.fixture(autouse=True)
def leave_nothing_behind():
    with no_leaks():
        yield


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
