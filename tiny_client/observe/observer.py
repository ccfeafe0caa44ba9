"""Watches pages being composed: counts their slots and traces them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from tiny_client.observe import tracing
from tiny_client.observe.metrics import HostMetrics
from tiny_client.request_context import current_request

if TYPE_CHECKING:
    from tiny_client.composition import SlotOutcome, SlotRequest

__all__ = ["HostObserver", "HostPage"]

_DEGRADED = ("fallback", "breaker-open")


class HostObserver:
    """The `PageObserver` of a host."""

    def __init__(self, metrics: HostMetrics) -> None:
        self._metrics = metrics

    def page(self) -> HostPage:
        """Begin to watch a page, in the thread and the context of its request."""
        span = tracing.PageSpan() if tracing.is_traced() else None
        request = current_request.get()
        if span is not None and request is not None and (headers := span.headers()):
            # What the page's fragments ask the registry for belongs to its span.
            current_request.set(replace(request, headers={**request.headers, **headers}))
        return HostPage(self._metrics, span)


class HostPage:
    """The `PageObservation` of one page; its methods are called in any one thread at a time."""

    def __init__(self, metrics: HostMetrics, span: tracing.PageSpan | None) -> None:
        self._metrics = metrics
        self._span = span
        self._started = time.monotonic()
        self._degraded = False

    def slot(self, request: SlotRequest, outcome: SlotOutcome) -> None:
        """Note how one slot was served."""
        self._metrics.slot(request, outcome)
        if outcome.kind in _DEGRADED:
            self._degraded = True
        if self._span is not None:
            self._span.slot(request, outcome)

    def done(self) -> None:
        """Note that the page was sent or abandoned."""
        self._metrics.page(time.monotonic() - self._started, degraded=self._degraded)
        if self._span is not None:
            self._span.done()
