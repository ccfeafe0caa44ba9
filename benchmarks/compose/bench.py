"""Composed pages, ours beside the peers': throughput, faults, first byte, scaling, memory, browser.

Every server listens on 127.0.0.1 on a free port and is stopped at the end. Rounds alternate between
the sides; medians and ratios are printed and written to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.compose import (  # noqa: E402
    browser,
    faults,
    first_byte,
    memory,
    scaling,
    throughput,
)
from benchmarks.compose.results import Bench, Report, write  # noqa: E402
from benchmarks.compose.servers import LOAD_CORE  # noqa: E402

CASES: dict[str, Callable[[Bench], Report]] = {
    "warm": throughput.warm,
    "anew": throughput.anew,
    "react": throughput.react,
    "faults": faults.ours_broken,
    "faults-peers": faults.peers_broken,
    "first-byte": first_byte.first_byte,
    "fragments": scaling.fragments,
    "bundle-size": scaling.bundle_size,
    "props-size": scaling.props_size,
    "known": scaling.known,
    "memory": memory.memory,
    "browser": browser.browser,
}
ROUNDS, QUICK_ROUNDS = 3, 1
SECONDS, QUICK_SECONDS = 4.0, 1.0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Cases: {', '.join(CASES)}. Example: bench.py --only warm --only react --rounds 5",
    )
    parser.add_argument("--only", action="append", choices=CASES, help="this case; repeatable")
    parser.add_argument("--rounds", type=int, help=f"rounds of each figure (default {ROUNDS})")
    parser.add_argument("--seconds", type=float, help=f"of each round (default {SECONDS:g})")
    parser.add_argument("--quick", action="store_true", help="short rounds, to see that it runs")
    parser.add_argument(
        "--out",
        type=Path,
        help="where the results go (default benchmarks/results; with --quick .tiny/bench)",
    )
    return parser.parse_args()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _print(report: Report, seconds: float) -> bool:
    for claim in report.claims:
        bound = f"{'at least' if claim.at_least else 'at most'} {claim.bound:g}"
        value = "none" if claim.value is None else f"{claim.value:.3g}"
        print(f"   {claim.what}: {value} ({bound}) {'held' if claim.held else 'MISSED'}")
    print(f"   {seconds:.0f} s", flush=True)
    return all(claim.held for claim in report.claims)


def main() -> None:
    """Measure the chosen cases, print and write."""
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    if LOAD_CORE is not None:
        os.sched_setaffinity(0, {LOAD_CORE})  # the registry of this process is no part of the host
    else:
        print("No two cores to pin to: what follows shares them all.")
    folder = options.out or ROOT / (".tiny/bench" if options.quick else "benchmarks/results")
    held = True
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(
            rounds=options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS),
            seconds=options.seconds or (QUICK_SECONDS if options.quick else SECONDS),
            quick=options.quick,
            scratch=Path(scratch),
        )
        for case in options.only or CASES:
            print(f"-- {case}", flush=True)
            start = time.monotonic()
            report = CASES[case](bench)
            seconds = time.monotonic() - start
            command = f"python benchmarks/compose/bench.py --only {case}"
            if not options.quick:
                command += f" --rounds {bench.rounds} --seconds {bench.seconds:g}"
            write(report, folder, command, seconds)
            held &= _print(report, seconds)
    print("Every figure is held." if held else "Not every figure is held in this run.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped.")
