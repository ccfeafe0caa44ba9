"""Spans for pages and slots, where OpenTelemetry is installed (`tiny-mosaic[otel]`).

Without it nothing of it is imported; where no tracer provider is set nothing is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiny_client._version import __version__

try:
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError:
    _INSTALLED = False
else:
    _INSTALLED = True

if TYPE_CHECKING:
    from tiny_client.composition import SlotOutcome, SlotRequest

__all__ = ["PageSpan", "is_traced"]

_NANOSECONDS = 1e9


def is_traced() -> bool:
    """Say whether somebody records spans; the provider may be set after the app was made."""
    return _INSTALLED and not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


class PageSpan:
    """The span of one page, a child of the span that is current when the page is made."""

    def __init__(self) -> None:
        self._tracer = trace.get_tracer("tiny_client", __version__)
        self._span = self._tracer.start_span("tiny.page")
        self._context = trace.set_span_in_context(self._span)

    def headers(self) -> dict[str, str]:
        """Return the headers (`traceparent`, `tracestate`) by which others join the trace."""
        found: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(found, context=self._context)
        return found

    def slot(self, request: SlotRequest, outcome: SlotOutcome) -> None:
        """Add the span of one slot, with the times at which it was opened and filled."""
        if not self._span.is_recording():
            return
        span = self._tracer.start_span(
            "tiny.slot",
            context=self._context,
            attributes={
                "tiny.fragment": request.name,
                "tiny.contract_version": request.contract_version,
                "tiny.release": outcome.release,
                "tiny.outcome": outcome.kind,
                "tiny.late": outcome.late,
            },
            start_time=int(outcome.opened_at * _NANOSECONDS),
        )
        end = int((outcome.opened_at + outcome.seconds) * _NANOSECONDS)
        if outcome.error is not None:
            span.record_exception(outcome.error, timestamp=end)
            span.set_status(trace.StatusCode.ERROR, str(outcome.error))
        span.end(end_time=end)

    def done(self) -> None:
        """End the page's span."""
        self._span.end()
