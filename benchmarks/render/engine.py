"""One engine worker beside one Node worker behind a pipe, and Node in its own process.

Two React trees: `list`, 100 plain rows, and `cart`, the example fragment with 100 items, whose HTML
has characters outside Latin-1. Every side has the same bundle and the same props, and the same HTML
comes out. Rounds alternate; medians of renders a second are printed, and their ratios.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tiny_client.engine import EngineSettings, create_engine
from tiny_client.records import RenderJob, Script

ROOT = Path(__file__).parent.parent.parent
PEER = Path(__file__).with_name("worker.mjs")
CALLERS = 8
BUNDLES = {
    "list": Path(__file__).with_name("list.cjs"),
    "cart": ROOT / "fragments/cart/dist/Cart.umd.js",
}
ENVIRONMENT = {**os.environ, "NODE_ENV": "production"}

Render = Callable[[], str]


def script(path: Path) -> Script:
    """Read a script for the engine."""
    source = path.read_text(encoding="utf-8")
    return Script(hashlib.sha256(source.encode()).hexdigest(), path.name, source)


@contextmanager
def our_worker(bundle: Path, props_json: str) -> Iterator[Render]:
    """Render with a pool of one worker."""
    runtime = script(ROOT / "runtimes/react/dist/server.js")
    job = RenderJob("Bench", "r1", runtime, script(bundle), props_json)
    engine = create_engine(EngineSettings(workers=1, render_timeout=5.0))
    yield lambda: engine.render(job, timeout=10.0)
    engine.close()


@contextmanager
def node_worker(bundle: Path, props_json: str) -> Iterator[Render]:
    """Render with a Node process behind pipes."""
    command = ["node", str(PEER), "pipe", str(bundle)]
    node = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT
    )
    assert node.stdin is not None
    assert node.stdout is not None
    stdin, stdout, line = node.stdin, node.stdout, props_json.encode() + b"\n"
    lock = threading.Lock()

    def render() -> str:
        with lock:
            stdin.write(line)
            stdin.flush()
            html = stdout.read(int(stdout.readline()))
        return html.decode()

    yield render
    stdin.close()
    node.wait()
    stdout.close()


def node_alone(bundle: Path, props_file: Path, seconds: float) -> float:
    """Return Node's rate with nothing between it and React."""
    command = ["node", str(PEER), "alone", str(bundle), str(props_file), str(seconds)]
    done = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=ENVIRONMENT)
    return float(done.stdout)


def rate(render: Render, callers: int, seconds: float) -> tuple[float, float]:
    """Return renders a second of `callers` threads, and the host's CPU microseconds for one."""

    def loop(end: float) -> int:
        count = 0
        while time.perf_counter() < end:
            render()
            count += 1
        return count

    with ThreadPoolExecutor(callers) as pool:
        cpu, start = time.process_time(), time.perf_counter()
        count = sum(pool.map(loop, [start + seconds] * callers))
        cpu, took = time.process_time() - cpu, time.perf_counter() - start
    return count / took, cpu / count * 1e6


def measure(tree: str, props_json: str, rounds: int, seconds: float) -> dict[str, list[float]]:
    """Return all rounds' figures by what was measured."""
    bundle = BUNDLES[tree]
    figures: dict[str, list[float]] = {}
    with (
        tempfile.NamedTemporaryFile("w", suffix=".json") as props_file,
        our_worker(bundle, props_json) as ours,
        node_worker(bundle, props_json) as node,
    ):
        props_file.write(props_json)
        props_file.flush()
        if ours() != node():
            raise SystemExit(f"{tree}: the two sides render different HTML")
        for render in (ours, node):
            rate(render, 1, seconds)  # until V8 has compiled what is hot
        for _ in range(rounds):
            for name, render in (("ours", ours), ("node pipe", node)):
                for callers in (1, CALLERS):
                    renders, cpu = rate(render, callers, seconds)
                    figures.setdefault(f"{name}, {callers} callers", []).append(renders)
                    figures.setdefault(f"{name}, {callers} callers, host µs", []).append(cpu)
            alone = node_alone(bundle, Path(props_file.name), seconds)
            figures.setdefault("node alone", []).append(alone)
    return figures


def report(props: Mapping[str, object], rounds: int, seconds: float) -> None:
    """Measure both trees and print."""
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    print(
        f"mini-racer {version('mini-racer')}, Node {node.stdout.strip()}, "
        f"Python {platform.python_version()}, {os.cpu_count()} processors"
    )
    props_json = json.dumps(props, separators=(",", ":"))
    for tree in BUNDLES:
        figures = measure(tree, props_json, rounds, seconds)
        medians = {name: statistics.median(values) for name, values in figures.items()}
        for name, value in medians.items():
            print(f"{tree} {name:32} {value:10,.0f}")
        for callers in (1, CALLERS):
            ours = medians[f"ours, {callers} callers"]
            pipe, alone = medians[f"node pipe, {callers} callers"], medians["node alone"]
            print(
                f"{tree}, {callers} callers: {ours / pipe:.2f} x Node behind a pipe (at least 1.1),"
                f" {ours / alone:.2f} x Node in its own process (at least 0.5)"
            )
