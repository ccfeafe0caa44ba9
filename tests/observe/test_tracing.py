"""Spans of pages and slots, recorded by OpenTelemetry's SDK."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.observe.conftest import GREETING, HEAD, PURE, asked, client_stats, ended
from tiny_client.errors import ComponentError
from tiny_client.observe.metrics import HostMetrics
from tiny_client.observe.observer import HostObserver
from tiny_client.request_context import RequestContext, current_request


@pytest.fixture
def exporter(monkeypatch):
    """Record spans; the provider of a process can be set only once, so it is put in its place."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


@pytest.fixture
def observer():
    return HostObserver(HostMetrics(client_stats, most_fragments=9, most_releases=9))


def test_slot_is_a_child_of_its_page_and_the_page_of_what_was_current(exporter, observer):
    with trace.get_tracer("host").start_as_current_span("GET /") as request:
        page = observer.page()
    page.slot(asked("Cart"), ended("cached", 0.5, release="r1", opened_at=1000.0))
    page.done()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    slot, whole = spans["tiny.slot"], spans["tiny.page"]
    assert slot.parent.span_id == whole.context.span_id
    assert whole.parent.span_id == request.get_span_context().span_id
    assert slot.context.trace_id == request.get_span_context().trace_id
    assert (slot.start_time, slot.end_time) == (1000 * 10**9, 1000 * 10**9 + 5 * 10**8)
    assert dict(slot.attributes) == {
        "tiny.fragment": "Cart",
        "tiny.contract_version": "1.0.0",
        "tiny.release": "r1",
        "tiny.outcome": "cached",
        "tiny.late": False,
    }
    assert slot.status.is_unset


def test_slot_that_fell_back_carries_its_error(exporter, observer):
    page = observer.page()
    error = ComponentError("it threw", fragment="Cart", release="r1")
    page.slot(asked(), ended("fallback", error=error))
    page.done()
    slot = exporter.get_finished_spans()[0]
    assert slot.status.status_code is trace.StatusCode.ERROR
    assert "it threw" in slot.status.description
    [event] = slot.events
    assert event.attributes["exception.type"].endswith("ComponentError")


def test_fetches_of_a_page_carry_its_trace(exporter, observer):
    context = RequestContext("abc", {"Accept-Language": "de"})
    token = current_request.set(context)
    page = observer.page()
    headers = current_request.get().headers
    page.done()
    current_request.reset(token)
    [span] = exporter.get_finished_spans()
    trace_id, span_id = f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"
    assert headers["Accept-Language"] == "de"
    assert headers["traceparent"].startswith(f"00-{trace_id}-{span_id}-")
    assert context.headers == {"Accept-Language": "de"}


def test_page_of_a_host_is_traced_down_to_the_registry(exporter, make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PURE)
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}'})
    with app.test_client().get("/home") as answer:
        assert "Hello x" in answer.text
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans["tiny.slot"].attributes["tiny.outcome"] == "rendered"
    asked_with = registry.requests[0].headers["traceparent"]
    assert asked_with.split("-")[1] == f"{spans['tiny.page'].context.trace_id:032x}"


def test_nothing_of_it_is_imported_where_it_is_not_installed():
    program = """if True:
        import sys
        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] == "opentelemetry":
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Missing())
        import tiny_client
        from tiny_client.observe import tracing
        from tests.observe.conftest import asked, client_stats, ended
        from tiny_client.observe import HostMetrics, HostObserver
        assert not tracing.is_traced()
        page = HostObserver(HostMetrics(client_stats, most_fragments=9, most_releases=9)).page()
        page.slot(asked(), ended())
        page.done()
        assert not any(name.startswith("opentelemetry") for name in sys.modules)
        """
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
