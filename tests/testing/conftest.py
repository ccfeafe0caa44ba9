"""A leak check around every test, and plain HTTP without a library's retries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from tiny_client.testing import FakeRegistry, no_leaks


@pytest.fixture(autouse=True)
def _no_leaks() -> Iterator[None]:
    with no_leaks():
        yield


@pytest.fixture
def registry(_no_leaks: None) -> Iterator[FakeRegistry]:
    with FakeRegistry() as registry:
        yield registry


@pytest.fixture
def get(registry: FakeRegistry) -> Callable[..., Any]:
    """Return status, headers and body of one request to the registry."""

    def get(path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Any:
        connection = HTTPConnection(registry.url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    return get
