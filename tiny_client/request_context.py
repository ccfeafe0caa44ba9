"""What travels with one request of a visitor through threads and into requests to the registry."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

__all__ = ["RequestContext", "current_request"]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The id of a request, and the headers that go along with what it asks the registry."""

    request_id: str
    headers: Mapping[str, str] = field(default_factory=dict)


current_request: ContextVar[RequestContext | None] = ContextVar("tiny_request", default=None)
"""The request that is being answered, or None outside of one."""
