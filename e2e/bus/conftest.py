"""Pages of the bus's own, without a registry or a host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Frame, Page

from e2e.bus.site import TwoOrigins


@pytest.fixture(scope="session")
def origins(tmp_path_factory) -> Iterator[TwoOrigins]:
    with TwoOrigins(tmp_path_factory.mktemp("bus")) as started:
        yield started


@pytest.fixture
def host(page: Page, origins: TwoOrigins) -> Page:
    """A page that has no frame yet."""
    page.goto(f"{origins.page}/page.html")
    return page


@pytest.fixture
def add_frame(host: Page, origins: TwoOrigins) -> Callable[..., Frame]:
    """Put a frame of the other origin into the page, and return it when it is loaded."""

    def add(url: str | None = None, **options: Any) -> Frame:
        count = len(host.frames)
        host.evaluate("url => addFrame(url)", url or origins.frame_url(**options))
        return host.frames[count]

    return add


@pytest.fixture
def frame(host: Page, add_frame: Callable[..., Frame]) -> Frame:
    """A frame that is connected."""
    added = add_frame()
    host.evaluate("connectFrame(); line.ready")
    return added


def poll(where: Page | Frame, expression: str, wanted: object) -> None:
    """Wait until a script's value is the one that is wanted."""
    page = where if isinstance(where, Page) else where.page
    got: list[object] = []

    def matches() -> bool:
        got.append(where.evaluate(expression))
        return got[-1] == wanted

    for _ in range(400):
        if matches():
            return
        page.wait_for_timeout(25)
    assert got[-1] == wanted, expression


@pytest.fixture
def until() -> Callable[..., None]:
    return poll
