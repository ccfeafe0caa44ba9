"""Puts load on a server from the core that is not the server's."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.compose.servers import LOAD_CORE, Server, Usage, pinned

__all__ = ["Load", "put_load", "watched"]

_LOAD = Path(__file__).parent / "peers" / "load.mjs"
_MIB = 1024 * 1024
_SECONDS_BETWEEN_LOOKS = 0.25


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of the load saw; latencies in milliseconds, CPU in milliseconds a page.

    `rate` is pages a second; `p50` and `p99` are of those sent after the first moments, None where
    none came back; `slowest` is of all. `refused` had another status than 200, `cut` ended early,
    `short` were without a fragment, `waiting` were due for over a second at the end. RSS is in MiB:
    the host's at its highest, its workers' at the end. `load_core` is how busy the other core was,
    in percent: near 100 the load, and not the server, may be what was measured.
    """

    rate: float
    p50: float | None
    p99: float | None
    slowest: float
    pages: int
    refused: int
    cut: int
    short: int
    waiting: int
    least_bytes: int
    most_bytes: int
    host_cpu: float
    workers_cpu: float
    host_rss: float
    workers_rss: float
    load_core: float

    def figures(self) -> dict[str, Any]:
        """Return them for the results, by name."""
        return asdict(self)


@contextmanager
def watched(server: Server) -> Iterator[list[Usage]]:
    """Look at what the server uses again and again while the block runs."""
    seen = [server.usage()]
    over = threading.Event()

    def look() -> None:
        while not over.wait(_SECONDS_BETWEEN_LOOKS):
            seen.append(server.usage())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        seen.append(server.usage())


def put_load(
    server: Server,
    path: str = "/",
    *,
    connections: int,
    seconds: float = 3.0,
    skip: float = 0.5,
    amount: int | None = None,
    paths: list[str] | None = None,
    whole: int = 0,
) -> Load:
    """Request `path` (or `paths` in turn) over `connections` for `seconds`, or `amount` times.

    What was sent in the first `skip` seconds does not count. `whole` is how many bytes a page with
    all its fragments has at least.
    """
    options = {
        "url": server.url + path,
        "connections": connections,
        "seconds": seconds,
        "skip": skip,
        "amount": amount,
        "paths": paths,
        "whole": whole,
    }
    psutil.cpu_percent(percpu=True)
    with watched(server) as usages:
        printed = subprocess.run(
            pinned(LOAD_CORE, ["node", str(_LOAD), json.dumps(options)]),
            check=True,
            capture_output=True,
        ).stdout
    busy = psutil.cpu_percent(percpu=True)
    before, after = usages[0], usages[-1]
    seen = json.loads(printed)
    pages = max(seen["pages"], 1)
    return Load(
        rate=seen["rate"],
        p50=seen["p50"],
        p99=seen["p99"],
        slowest=seen["slowest"],
        pages=seen["pages"],
        refused=seen["refused"],
        cut=seen["cut"],
        short=seen["short"],
        waiting=seen["waiting"],
        least_bytes=seen["leastBytes"],
        most_bytes=seen["mostBytes"],
        host_cpu=1000 * (after.host_cpu - before.host_cpu) / pages,
        workers_cpu=1000 * (after.workers_cpu - before.workers_cpu) / pages,
        host_rss=max(usage.host_rss for usage in usages) / _MIB,
        workers_rss=after.workers_rss / _MIB,
        load_core=busy[LOAD_CORE] if LOAD_CORE is not None else sum(busy) / len(busy),
    )
