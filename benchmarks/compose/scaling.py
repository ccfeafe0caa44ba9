"""How the cost grows: with fragments a page, bundle size, props, and fragments that are known."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from benchmarks.compose.fragments import PLAIN, deploy_lists, plain_bundle, sized_code
from benchmarks.compose.load import put_load
from benchmarks.compose.results import Bench, Claim, Report, medians
from benchmarks.compose.servers import Server
from benchmarks.compose.sides import EVEN, fetch, ours, settled
from tiny_client.testing import FakeRegistry

__all__ = ["bundle_size", "fragments", "known", "props_size"]

_CONNECTIONS = 16
_PURE = {**PLAIN, "pure": True}


def _rate(
    bench: Bench, server: Server, path: str, paths: Sequence[str] = (), whole: int = 0
) -> dict[str, Any]:
    rounds = [
        put_load(
            server,
            path,
            connections=_CONNECTIONS,
            seconds=bench.seconds / 2 + 0.5,
            paths=list(paths) or None,
            whole=whole,
        ).figures()
        for _ in range(bench.rounds)
    ]
    return medians(rounds)


def fragments(bench: Bench) -> Report:
    """1, 3, 10 and 50 fragments a page: what each of them costs the host."""
    rows: list[dict[str, Any]] = []
    counts = (1, 3, 10, 50)
    with FakeRegistry() as registry:
        deploy_lists(registry, max(counts))
        with ours(registry, bench.scratch, "").make(0) as server:
            for kind in ("Pure", "Anew"):
                for count in counts:
                    path = f"/page/{','.join(f'{kind}{n}' for n in range(1, count + 1))}"
                    least = len(settled(server.url + path)) - count * EVEN
                    seen = _rate(bench, server, path, whole=least)
                    row = {
                        "kind": "warm and pure" if kind == "Pure" else "rendered anew",
                        "fragments": count,
                        "pages/s": seen["rate"],
                        "p99": seen["p99"],
                        "host CPU": seen["host_cpu"],
                        "host CPU per fragment": seen["host_cpu"] / count,
                        "short": seen["short"],
                        "page bytes": seen["most_bytes"],
                    }
                    rows.append(row)
                    bench.say(
                        f"{row['kind']}, {count} a page: {row['pages/s']:,.0f} pages/s, "
                        f"{1000 * row['host CPU per fragment']:.0f} µs a fragment"
                    )
    groups: dict[str, dict[str, float | None]] = {}
    for row in rows:
        group = groups.setdefault(f"{row['fragments']} a page", {})
        group[row["kind"]] = 1000 * row["host CPU per fragment"]
    claims = []
    for kind in ("warm and pure", "rendered anew"):
        cost = {r["fragments"]: r["host CPU per fragment"] for r in rows if r["kind"] == kind}
        what = f"cost per fragment, 50 a page / 3 a page, {kind}"
        claims.append(Claim(what, cost[50] / cost[3], 1.0, at_least=False))
    title = "What a fragment costs the host, by fragments a page"
    notes = ["`short` pages came without one of their fragments."]
    return Report("fragments", title, rows, "µs of CPU a fragment", groups, claims, notes)


def bundle_size(bench: Bench) -> Report:
    """Bundles of 1 KB to 5 MB: the first page with one, and the pages after it."""
    rows = []
    sizes = (1_000, 10_000, 100_000, 1_000_000, 5_000_000)
    with FakeRegistry() as registry:
        for size in sizes:
            bundle = plain_bundle(f"Size{size}", before=sized_code(size - 400))
            registry.deploy(f"Size{size}", "1.0.0", umd=bundle, metadata=PLAIN)
        deploy_lists(registry)
        settings = {"TINY_FRAGMENT_TIMEOUT": "5"}
        with ours(registry, bench.scratch, "", settings=settings).make(0) as server:
            fetch(server.url + "/page/Anew1")
            for size in sizes:
                path = f"/page/Size{size}"
                start = time.perf_counter()
                page = fetch(server.url + path)
                first = 1000 * (time.perf_counter() - start)
                seen = _rate(bench, server, path)
                row = {
                    "bundle bytes": size,
                    "first page": first,
                    "first page whole": 'class="list"' in page,
                    "pages/s after": seen["rate"],
                    "p99 after": seen["p99"],
                    "host RSS": seen["host_rss"],
                    "workers' RSS": seen["workers_rss"],
                }
                rows.append(row)
                bench.say(f"{size:,} bytes: first page {first:.0f} ms, then {seen['rate']:,.0f}/s")
    groups = {f"{row['bundle bytes']:,} bytes": {"first page": row["first page"]} for row in rows}
    title = "The first page with a bundle, by its size"
    return Report("bundle-size", title, rows, "ms", groups)


def props_size(bench: Bench) -> Report:
    """Props of 1 KB to 1 MB for one fragment, pure and rendered anew."""
    rows = []
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    with FakeRegistry() as registry:
        deploy_lists(registry)
        with ours(registry, bench.scratch, "").make(0) as server:
            for size in sizes:
                for name, kind in (("Pure1", "warm and pure"), ("Anew1", "rendered anew")):
                    path = f"/page/{name}?props={size}"
                    fetch(server.url + path)
                    seen = _rate(bench, server, path)
                    rows.append(
                        {
                            "props bytes": size,
                            "kind": kind,
                            "pages/s": seen["rate"],
                            "p99": seen["p99"],
                            "host CPU": seen["host_cpu"],
                            "workers' CPU": seen["workers_cpu"],
                            "host RSS": seen["host_rss"],
                            "page bytes": seen["most_bytes"],
                        }
                    )
                    bench.say(f"{size:,} bytes, {kind}: {seen['rate']:,.0f} pages/s")
    groups: dict[str, dict[str, float | None]] = {}
    for row in rows:
        groups.setdefault(f"{row['props bytes']:,} bytes", {})[row["kind"]] = row["host CPU"]
    title = "What a page costs the host, by the size of its props"
    return Report("props-size", title, rows, "ms of CPU a page", groups)


def known(bench: Bench) -> Report:
    """1,000 fragments known to the registry, all of them asked for in turn, beside 10 of them."""
    rows = []
    count = 100 if bench.quick else 1_000
    with FakeRegistry() as registry:
        for n in range(count):
            name = f"Known{n}"
            registry.deploy(name, "1.0.0", umd=plain_bundle(name), metadata=_PURE)
        with ours(registry, bench.scratch, "").make(0) as server:
            for asked in (10, count):
                paths = [f"/page/Known{n}" for n in range(asked)]
                start = time.perf_counter()
                missing = sum('class="list"' not in fetch(server.url + path) for path in paths)
                seconds = time.perf_counter() - start
                seen = _rate(bench, server, paths[0], paths)
                rows.append(
                    {
                        "fragments asked for": asked,
                        "first pages, seconds for all": seconds,
                        "without their fragment": missing,
                        "pages/s after": seen["rate"],
                        "p99 after": seen["p99"],
                        "host RSS": seen["host_rss"],
                        "workers' RSS": seen["workers_rss"],
                    }
                )
                bench.say(f"{asked} asked for: {seen['rate']:,.0f} pages/s")
    groups = {
        f"{row['fragments asked for']:,} fragments": {"pages/s": row["pages/s after"]}
        for row in rows
    }
    title = f"{count:,} fragments known to the registry"
    return Report("known", title, rows, "pages a second", groups)
