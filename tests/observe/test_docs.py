"""What the documentation says of metrics is what a host exports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.observe.conftest import asked, client_stats, ended, samples
from tiny_client.flask.security import REPORT_KINDS
from tiny_client.observe.metrics import HostMetrics
from tiny_client.stats import CacheStats, EngineStats, LoaderStats

DOCS = Path(__file__).parent.parent.parent / "docs"
REFERENCE = (DOCS / "reference" / "metrics.md").read_text()
ALERTS = (DOCS / "how-to" / "alerts.md").read_text()
OBSERVE = (DOCS / "how-to" / "observe.md").read_text()
DASHBOARD = json.loads((DOCS / "grafana" / "tiny-mosaic.json").read_text())

METRIC = re.compile(r"\btiny_(?!client|api_)\w+")
SELECTOR = re.compile(r"\b(tiny_\w+){([^}]*)}")
ADDED_LABELS = {"job", "le"}


@pytest.fixture(scope="module")
def exported() -> dict[str, tuple[str, frozenset[str]]]:
    """Return type and labels of each metric of a host that has something to say of each."""
    stats = client_stats(
        engine=EngineStats(kills={"late": 1}),
        loader=LoaderStats(requests={"ok": 1}),
        breakers={("Cart", "1"): "open"},
        condemned={("Cart", "1"): "bad"},
    )
    metrics = HostMetrics(
        lambda: stats, most_fragments=9, most_releases=9, caches={"islands": CacheStats}
    )
    metrics.slot(asked(), ended(late=True, load_seconds=1, render_seconds=1))
    metrics.page(1, degraded=False)
    metrics.browser_report(REPORT_KINDS[0])
    text = metrics.text().decode()
    found = {}
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)", text, re.MULTILINE):
        first = next(samples(text, f"{name}_count" if kind == "histogram" else name))
        found[name] = (kind, frozenset(first[0]))
    return found


def expressions() -> list[str]:
    panels = [
        target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])
    ]
    variables = [
        entry["definition"] for entry in DASHBOARD["templating"]["list"] if "definition" in entry
    ]
    return [*panels, *variables, *(rule["expr"] for rule in rules())]


def rules() -> list[dict]:
    [block] = re.findall(r"```yaml\n(.*?)```", ALERTS, re.DOTALL)
    [group] = yaml.safe_load(block)["groups"]
    return group["rules"]


def base(name: str, exported: dict) -> str:
    return name if name in exported else re.sub("_(bucket|sum|count)$", "", name)


def test_reference_has_every_metric_with_its_type_and_labels(exported):
    rows = re.findall(r"^\| `(tiny_\w+)` \| (\w+) \| ([^|]*)\|", REFERENCE, re.MULTILINE)
    documented = {
        name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows
    }
    assert documented == exported


def test_every_metric_that_is_named_anywhere_exists(exported):
    for text in (REFERENCE, OBSERVE, ALERTS, *expressions()):
        for name in METRIC.findall(text):
            assert base(name, exported) in exported


def test_queries_name_labels_that_their_metrics_have(exported):
    for expression in expressions():
        for name, selector in SELECTOR.findall(expression):
            labels = exported[base(name, exported)][1] | ADDED_LABELS
            assert set(re.findall(r"(\w+)(?:=|!)", selector)) <= labels


def test_dashboard_shows_every_metric(exported):
    shown = {base(name, exported) for name in METRIC.findall(" ".join(expressions()))}
    assert exported.keys() - shown <= {"tiny_forgotten_slots_total"}


def test_dashboard_can_be_imported():
    assert DASHBOARD["uid"] == "tiny-mosaic"
    assert DASHBOARD["schemaVersion"] >= 36
    assert "id" not in DASHBOARD  # Grafana gives it one
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    places = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & places
        places |= cells
        for target in panel.get("targets", []):
            assert target["datasource"]["uid"] == "${datasource}"
            assert target["expr"].count("(") == target["expr"].count(")")


def test_each_alert_has_a_query_a_severity_and_a_summary():
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["expr"].strip()
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
