"""Pages a second: warm and pure, every fragment rendered anew, and one React fragment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.compose.fragments import deploy_lists
from benchmarks.compose.load import put_load
from benchmarks.compose.results import Bench, Claim, Report, medians
from benchmarks.compose.sides import EVEN, Side, node_host, ours, podium, run_equal, tailor
from tiny_client.testing import FakeRegistry

__all__ = ["anew", "react", "warm"]

CONNECTIONS = (1, 16, 64)

Figures = dict[tuple[str, int], dict[str, Any]]


def _compare(
    bench: Bench, sides: Sequence[Side], lists: int
) -> tuple[Figures, list[dict[str, Any]], int]:
    """Measure all sides in alternating rounds; gives medians, raw rounds and the page's bytes."""
    raw: list[dict[str, Any]] = []
    with run_equal(sides, lists) as page_bytes:
        bench.say(f"pages of {page_bytes:,} bytes on every side")
        for side in sides:  # their compilers need some traffic before they are at their best
            put_load(side.server, side.path, connections=16, seconds=bench.seconds)
        for number in range(bench.rounds):
            for connections in CONNECTIONS:
                for side in sides if number % 2 == 0 else reversed(sides):
                    load = put_load(
                        side.server,
                        side.path,
                        connections=connections,
                        seconds=bench.seconds,
                        whole=page_bytes - 4 * EVEN,
                    )
                    at = {"side": side.name, "connections": connections}
                    raw.append({**at, **load.figures()})
                    bench.say(
                        f"{side.name}, {connections} connections: {load.rate:,.0f} pages/s, "
                        f"p99 {load.p99 or 0:.1f} ms, {load.short} of {load.pages} short"
                    )
    figures: Figures = {}
    for side in sides:
        for connections in CONNECTIONS:
            rounds = [
                {key: value for key, value in each.items() if key not in ("side", "connections")}
                for each in raw
                if (each["side"], each["connections"]) == (side.name, connections)
            ]
            figures[side.name, connections] = medians(rounds)
    return figures, raw, page_bytes


def _report(
    case: str,
    title: str,
    compared: tuple[Figures, list[dict[str, Any]], int],
    claims: Sequence[Claim],
    notes: Sequence[str],
) -> Report:
    figures, raw, page_bytes = compared
    groups: dict[str, dict[str, float | None]] = {}
    for (side, connections), each in figures.items():
        plural = "" if connections == 1 else "s"
        groups.setdefault(f"{connections} connection{plural}", {})[side] = each["rate"]
    return Report(
        case=case,
        title=title,
        rows=[_row(side, connections, each) for (side, connections), each in figures.items()],
        unit="pages a second",
        groups=groups,
        claims=claims,
        notes=[
            *notes,
            f"Each page has {page_bytes:,} bytes; `short` ones came without a fragment.",
        ],
        raw=raw,
    )


def _row(side: str, connections: int, each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "side": side,
        "connections": connections,
        "pages/s": each["rate"],
        "p50": each["p50"],
        "p99": each["p99"],
        "short": each["short"],
        "host CPU": each["host_cpu"],
        "workers' CPU": each["workers_cpu"],
        "host RSS": each["host_rss"],
        "other core busy %": each["load_core"],
    }


def _ratio(figures: Figures, key: str, side: str, other: str, connections: int) -> float | None:
    mine, theirs = figures[side, connections][key], figures[other, connections][key]
    return mine / theirs if mine and theirs else None


def warm(bench: Bench) -> Report:
    """Three fragments whose HTML is pure, so made once, beside Podium and Tailor."""
    with FakeRegistry() as registry:
        deploy_lists(registry)
        sides = [
            podium(bench.scratch),
            tailor(bench.scratch),
            ours(registry, bench.scratch, "/page/Pure1,Pure2,Pure3"),
        ]
        compared = _compare(bench, sides, 3)
    figures = compared[0]
    claims = [
        Claim(
            "pages/s, ours / Tailor, 16 connections",
            _ratio(figures, "rate", "ours", "Tailor", 16),
            2.0,
        ),
        Claim(
            "p99, ours / Tailor, 16 connections",
            _ratio(figures, "p99", "ours", "Tailor", 16),
            1.0,
            at_least=False,
        ),
    ]
    return _report("warm", "Three fragments, warm and pure", compared, claims, [])


def anew(bench: Bench) -> Report:
    """Three plain fragments rendered anew for each page, beside Podium, whose podlets do it too."""
    with FakeRegistry() as registry:
        deploy_lists(registry)
        sides = [podium(bench.scratch), ours(registry, bench.scratch, "/page/Anew1,Anew2,Anew3")]
        compared = _compare(bench, sides, 3)
    figures = compared[0]
    claims = [
        Claim(
            f"pages/s, ours / Podium, {connections} connections",
            _ratio(figures, "rate", "ours", "Podium", connections),
            1.0,
        )
        for connections in CONNECTIONS
    ]
    notes = ["The same function makes the lists in Podium's podlets and in our workers."]
    return _report("anew", "Three fragments, all rendered anew", compared, claims, notes)


def react(bench: Bench) -> Report:
    """One React fragment a page, beside a bare Node host with the real tiny-frontend client."""
    with FakeRegistry() as registry:
        deploy_lists(registry)
        sides = [
            node_host(registry, bench.scratch),
            ours(registry, bench.scratch, "/page/ReactPure", name="ours, memoized"),
            ours(registry, bench.scratch, "/page/ReactAnew", name="ours, rendered anew"),
        ]
        compared = _compare(bench, sides, 1)
    figures = compared[0]
    claims = [
        Claim(
            "pages/s, ours memoized / tiny-frontend, 16 connections",
            _ratio(figures, "rate", "ours, memoized", "tiny-frontend", 16),
            1.0,
        )
    ]
    again = _ratio(figures, "rate", "ours, rendered anew", "tiny-frontend", 16) or 0
    notes = [
        "tiny-frontend's host calls renderToString for each page, in its own process. Rendered "
        f"anew in a worker ours makes {again:.2f} times its pages at 16 connections."
    ]
    return _report("react", "One React fragment a page", compared, claims, notes)
