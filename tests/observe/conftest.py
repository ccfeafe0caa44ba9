"""Hosts on a fake registry, and slots that ended in a given way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from markupsafe import Markup

from tests.client.conftest import GREETING, PLAIN, make_app, registry
from tiny_client.composition import SlotOutcome, SlotRequest
from tiny_client.request_context import current_request
from tiny_client.stats import CacheStats, ClientStats, EngineStats, LoaderStats
from tiny_client.testing import no_leaks

__all__ = ["GREETING", "PLAIN", "make_app", "registry"]

PURE = {**PLAIN, "pure": True}
HEAD = "<head>{{ fragment_head() }}</head>"


@pytest.fixture(autouse=True)
def leave_nothing_behind():
    with no_leaks():
        yield
    current_request.set(None)


def asked(name: str = "Cart", contract_version: str = "1.0.0") -> SlotRequest:
    return SlotRequest(name, contract_version, "{}", None, "load", Markup(""))


def ended(
    kind: str = "rendered",
    seconds: float = 0.002,
    *,
    release: str = "r1",
    opened_at: float = 1_000.0,
    **more,
) -> SlotOutcome:
    return SlotOutcome(
        kind=kind,
        html=b"",
        seconds=seconds,
        release=release,
        opened_at=opened_at,
        **more,
    )


def client_stats(**parts) -> ClientStats:
    return ClientStats(
        **{"rendered": CacheStats(), "loader": LoaderStats(), "engine": EngineStats(), **parts}
    )


_SAMPLE = re.compile(r"^(\w+)(?:{(.*)})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def samples(text: str | bytes, name: str) -> Iterator[tuple[dict[str, str], float]]:
    """Yield the labels and the value of each sample of a metric."""
    text = text if isinstance(text, str) else text.decode()
    for found, labels, value in _SAMPLE.findall(text):
        if found == name:
            yield dict(_LABEL.findall(labels)), float(value)


def total(text: str | bytes, name: str, **labels: str) -> float:
    """Return the sum of the samples of a metric that have these labels."""
    return sum(value for found, value in samples(text, name) if labels.items() <= found.items())


def metric_names(text: str | bytes) -> set[str]:
    """Return the names of all metrics, as a query writes them without suffixes of histograms."""
    text = text if isinstance(text, str) else text.decode()
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
