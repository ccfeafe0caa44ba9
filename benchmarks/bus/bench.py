"""The bus beside its peers, in Node and in headless Chromium, in one run.

Each round of each case has a process of its own in Node, and a browser of its own in Chromium.
Medians of all rounds are printed, with their spread, and the ratios that the bus is held to.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
ROUNDS = 5
ONE = "publish, 1 listener"
MANY = "publish, 1,000 listeners"
FRAME = "frame, 1 in flight, "

Figures = dict[str, list[float]]

# What is printed as a ratio: of what, to what, and at least how much.
RATIOS = (
    (f"{ONE}, dedupe", ONE, 0.8),
    (f"{MANY}, dedupe", MANY, 0.8),
    (f"{ONE}, 1,000 on other topics", ONE, 0.8),
    (ONE, "mitt, 1 listener", None),
    (MANY, "mitt, 1,000 listeners", None),
    (MANY, "nanoevents, 1,000 listeners", None),
    (MANY, "nanostores atom, 1,000 listeners", None),
    ("atom set, 1 listener", "nanostores atom, 1 listener", None),
    (f"{FRAME}ours", f"{FRAME}raw MessageChannel", 0.7),
    (f"{FRAME}ours", f"{FRAME}comlink", 1.0),
    (f"{FRAME}ours", f"{FRAME}penpal", 1.0),
    ("frame, 100 in flight, ours", "frame, 100 in flight, raw MessageChannel", None),
    ("frame, 100 in flight, ours", "frame, 100 in flight, comlink", None),
    ("frame, 100 in flight, ours", "frame, 100 in flight, penpal", None),
)
# What is held to an absolute figure: at least, or at most.
LEAST = {ONE: 1_000_000, MANY: 150_000, "request and answer": 100_000}
MOST = {
    "10,000 subscriptions, ms": 10,
    "10,000 subscriptions, heap %": 1,
    "flood, microtask, ms late": 50,
    "flood, sync, ms late": 50,
}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free port of 127.0.0.1 and give its URL."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def in_node(folder: Path, names: list[str], rounds: int) -> Figures:
    """Run every case in processes of its own; rounds alternate between the cases."""
    figures: Figures = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            command = ["node", "--expose-gc", str(folder / "node.mjs"), name]
            printed = subprocess.run(command, capture_output=True, text=True, check=True)
            figures[name].append(float(printed.stdout))
    return figures


def in_chromium(url: str, only: str, rounds: int) -> Figures:
    """Run every case in a fresh page, every round in a fresh browser."""
    figures: Figures = {}
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = [
        "--js-flags=--expose-gc",
        "--enable-precise-memory-info",
        "--disable-gpu",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    with sync_playwright() as playwright:
        for _ in range(rounds):
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            names = None
            while names is None or names:
                page = browser.new_page()
                page.goto(f"{url}/page.html")
                page.wait_for_function("window.caseNames")
                if names is None:
                    names = [name for name in page.evaluate("window.caseNames") if only in name]
                name = names.pop(0)
                figure = page.evaluate("name => window.runCase(name)", name)
                figures.setdefault(name, []).append(figure)
                page.close()
            browser.close()
    return figures


def show(engine: str, figures: Figures) -> bool:
    """Print medians and ratios; return whether every figure is what it must be."""
    held = True
    medians = {name: statistics.median(rates) for name, rates in figures.items()}
    print(f"\n{engine}: median of {len(next(iter(figures.values())))} rounds (least to most)")
    for name, rates in figures.items():
        wanted = ""
        if name in LEAST:
            wanted = f"at least {LEAST[name]:,}"
            held &= medians[name] >= LEAST[name]
        if name in MOST:
            wanted = f"at most {MOST[name]}"
            held &= medians[name] <= MOST[name]
        digits = 2 if name in MOST else 0
        spread = f"({min(rates):,.{digits}f} to {max(rates):,.{digits}f})"
        print(f"  {name:<44}{medians[name]:>14,.{digits}f}  {spread:<32}{wanted}")
    for name, other, least in RATIOS:
        if name in medians and other in medians:
            ratio = medians[name] / medians[other]
            wanted = f"at least {least}" if least else ""
            held &= least is None or ratio >= least
            print(f"  {name} / {other}: {ratio:.3g}  {wanted}")
    return held


def main() -> None:
    """Bundle, measure in both engines and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each case")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--engine", choices=("node", "chromium"), help="in this engine only")
    options, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(["node", str(HERE / "bundle.mjs"), scratch], check=True)
        held = True
        listed = subprocess.run(
            ["node", str(folder / "node.mjs"), "--list"], capture_output=True, text=True, check=True
        )
        names = [name for name in listed.stdout.splitlines() if options.only in name]
        if names and options.engine != "chromium":
            held &= show("Node", in_node(folder, names, options.rounds))
        if options.engine != "node":
            with serve(folder) as url:
                held &= show("Chromium", in_chromium(url, options.only, options.rounds))
    print("\nEvery figure is held." if held else "\nNot every figure is held in this run.")


if __name__ == "__main__":
    main()
