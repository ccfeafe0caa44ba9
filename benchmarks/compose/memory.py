"""Memory after 100,000 requests and 200 deploys, quarter by quarter."""

from __future__ import annotations

import statistics
import threading
from typing import Any

from benchmarks.compose.fragments import PLAIN, deploy_lists, plain_bundle
from benchmarks.compose.load import put_load, watched
from benchmarks.compose.results import Bench, Claim, Report
from benchmarks.compose.servers import Server
from benchmarks.compose.sides import fetch, ours
from tiny_client.testing import FakeRegistry

__all__ = ["memory"]

_REQUESTS, _QUICK_REQUESTS = 100_000, 4_000
_DEPLOYS, _QUICK_DEPLOYS = 200, 20
_CONNECTIONS = 16
_PATH = "/page/Pure1,Pure2,Anew1"
_MIB = 1024 * 1024


class _Deployer:
    """Deploys a new release of a pure fragment and of one that is rendered anew, in turn."""

    def __init__(self, registry: FakeRegistry) -> None:
        self._registry = registry
        self.count = 0

    def deploy(self) -> None:
        self.count += 1
        name, pure = ("Pure1", True) if self.count % 2 else ("Anew1", False)
        bundle = plain_bundle(name, before=f"/* release {self.count} */")
        self._registry.deploy(name, "1.0.0", umd=bundle, metadata={**PLAIN, "pure": pure})


def memory(bench: Bench) -> Report:
    """Four quarters of requests with deploys spread over them; RSS is each quarter's median."""
    requests = (_QUICK_REQUESTS if bench.quick else _REQUESTS) // 4
    deploys = (_QUICK_DEPLOYS if bench.quick else _DEPLOYS) // 4
    rows: list[dict[str, Any]] = []
    with FakeRegistry() as registry:
        deploy_lists(registry)
        deployer = _Deployer(registry)
        settings = {"TINY_CACHE_TTL": "0.1"}
        with ours(registry, bench.scratch, _PATH, settings=settings).make(0) as server:
            fetch(server.url + _PATH)
            rate = put_load(server, _PATH, connections=_CONNECTIONS, seconds=1.5).rate
            for quarter in (1, 2, 3, 4):
                rows.append(_quarter(server, deployer, requests, deploys, rate))
                rows[-1] = {"quarter": quarter, **rows[-1]}
                bench.say(
                    f"quarter {quarter}: {rows[-1]['host RSS']:.1f} MiB, workers "
                    f"{rows[-1]['workers RSS']:.1f} MiB, {rows[-1]['pages/s']:,.0f} pages/s"
                )
    groups = {
        f"quarter {row['quarter']}": {"host": row["host RSS"], "workers": row["workers RSS"]}
        for row in rows
    }
    claims = [
        Claim(
            "host RSS, last quarter / second",
            rows[3]["host RSS"] / rows[1]["host RSS"],
            1.03,
            at_least=False,
        ),
        Claim("pages cut or not 200", sum(row["wrong"] for row in rows), 0, at_least=False),
    ]
    title = f"Memory over {4 * requests:,} requests and {4 * deploys} deploys"
    return Report("memory", title, rows, "MiB", groups, claims)


def _quarter(
    server: Server, deployer: _Deployer, requests: int, deploys: int, rate: float
) -> dict[str, Any]:
    over = threading.Event()
    pause = requests / rate / deploys

    def deploy() -> None:
        for _ in range(deploys):
            deployer.deploy()
            over.wait(pause)

    thread = threading.Thread(target=deploy)
    with watched(server) as usages:
        thread.start()
        load = put_load(server, _PATH, connections=_CONNECTIONS, amount=requests)
        over.set()
        thread.join()
    return {
        "requests": load.pages,
        "deploys": deploys,
        "host RSS": statistics.median(usage.host_rss for usage in usages) / _MIB,
        "workers RSS": statistics.median(usage.workers_rss for usage in usages) / _MIB,
        "pages/s": load.rate,
        "p99": load.p99,
        "wrong": load.refused + load.cut,
    }
