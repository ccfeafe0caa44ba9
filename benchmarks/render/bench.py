"""One React fragment of 100 items: our client beside the real tiny-frontend client on Node.

Both take the same bundle from the same registry. `render` loads (warm) and renders anew for each
request; `memoized` is the same for a release that is pure. Rounds alternate, medians are printed.
The other case, `engine`, is one worker of the engine beside a Node worker: see engine.py.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import engine

from tiny_client import EngineSettings, LoaderSettings, TinyClient
from tiny_client.testing import FakeRegistry

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 5
SECONDS = 1.0
THREADS = 8

PROPS = {
    "items": [
        {"id": f"p{n}", "name": f"Product {n}", "priceCents": 99 * n, "quantity": n % 9 + 1}
        for n in range(100)
    ],
    "currency": "EUR",
    "cartUrl": "/cart",
}


def rate(work: Callable[[], object]) -> float:
    """Return how often `work` runs a second."""
    for _ in range(200):
        work()
    start = time.perf_counter()
    count = 0
    while (now := time.perf_counter()) < start + SECONDS:
        work()
        count += 1
    return count / (now - start)


def rate_of_threads(work: Callable[[], object]) -> float:
    """Return how often `work` runs a second on several threads together."""

    def loop(end: float) -> int:
        count = 0
        while time.perf_counter() < end:
            work()
            count += 1
        return count

    with ThreadPoolExecutor(THREADS) as pool:
        start = time.perf_counter()
        counts = list(pool.map(loop, [start + SECONDS] * THREADS))
        return sum(counts) / (time.perf_counter() - start)


def measure() -> dict[str, list[float]]:
    """Return the rates of all rounds by what was measured."""
    figures: dict[str, list[float]] = {}
    bundle = next((ROOT / "fragments/cart/dist").glob("*.umd.*js")).read_bytes()
    with FakeRegistry() as registry, tempfile.TemporaryDirectory() as folder:
        react = {"runtime": {"name": "react", "contractVersion": "19"}}
        registry.deploy("Cart", "1.0.0", umd=bundle, metadata=react)
        registry.deploy("Pure", "1.0.0", umd=bundle, metadata={**react, "pure": True})
        props_file = Path(folder) / "props.json"
        props_file.write_text(json.dumps(PROPS))
        loader = LoaderSettings(cache_dir=None)
        with TinyClient(registry.url, loader=loader, engine=EngineSettings()) as client:
            for _ in range(ROUNDS):
                command = ["node", str(Path(__file__).with_name("peer.mjs")), registry.url]
                printed = subprocess.run(
                    [*command, str(props_file), str(SECONDS)],
                    check=True,
                    capture_output=True,
                    cwd=ROOT,
                    env={**os.environ, "NODE_ENV": "production"},
                ).stdout
                rates = {f"node {name}": value for name, value in json.loads(printed).items()}
                rates["load"] = rate(lambda: client.load("Cart", "1.0.0"))
                rates["render"] = rate(lambda: client.load("Cart", "1.0.0").render(PROPS))
                rates["memoized"] = rate(lambda: client.load("Pure", "1.0.0").render(PROPS))
                rates["render, 8 threads"] = rate_of_threads(
                    lambda: client.load("Cart", "1.0.0").render(PROPS)
                )
                for name, value in rates.items():
                    figures.setdefault(name, []).append(value)
    return figures


def report_host() -> None:
    """Measure our client beside the Node host, and print."""
    medians = {name: statistics.median(values) for name, values in measure().items()}
    for name, value in medians.items():
        peer = medians["node load"] if name.endswith("load") else medians["node render"]
        print(f"{name:20} {value:12,.0f} /s   {value / peer:6.2f} x the Node peer")


def main() -> None:
    """Measure what was asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["engine", "host"], help="one of the two cases")
    options, _ = parser.parse_known_args()
    if options.only != "engine":
        report_host()
    if options.only != "host":
        engine.report(PROPS, ROUNDS, SECONDS)


if __name__ == "__main__":
    main()
