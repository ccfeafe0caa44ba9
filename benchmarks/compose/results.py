"""Writes what was measured: raw JSON, a plot for each case, and one page of tables."""

from __future__ import annotations

import datetime
import json
import math
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.compose.plot import bars

__all__ = ["Bench", "Claim", "Report", "medians", "write"]

_PACKAGES = ("flask", "granian", "mini-racer", "jinja2", "requests")
_PEERS = ("@podium/layout", "@podium/podlet", "node-tailor", "@tiny-frontend/client", "react")
_PEERS_FOLDER = Path(__file__).parent / "peers" / "node_modules"


@dataclass(frozen=True, slots=True)
class Bench:
    """How to measure: rounds of each figure, seconds of each round, and where files may go."""

    rounds: int
    seconds: float
    quick: bool
    scratch: Path

    def say(self, text: str) -> None:
        """Print a line of progress."""
        print(f"   {text}", flush=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that we hold ourselves to: `value` is at least, or at most, `bound`."""

    what: str
    value: float | None
    bound: float
    at_least: bool = True

    @property
    def held(self) -> bool:
        """Whether the figure was reached."""
        if self.value is None:
            return False
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True, slots=True)
class Report:
    """One case: its table, what is claimed of it, and the bars of its plot by group and series."""

    case: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    unit: str
    groups: Mapping[str, Mapping[str, float | None]]
    claims: Sequence[Claim] = ()
    notes: Sequence[str] = ()
    raw: Sequence[Mapping[str, Any]] = field(default_factory=list)


def medians(rounds: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the median of each figure over the rounds; None where a round has none."""
    rounds = list(rounds)
    found: dict[str, Any] = {}
    for key in rounds[0]:
        values = [each[key] for each in rounds]
        found[key] = None if None in values else statistics.median(values)
    return found


def short(value: Any) -> Any:
    """Return a number with four digits that count, anything else as it is."""
    if not isinstance(value, float) or not math.isfinite(value) or value == 0:
        return value
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    return round(value, digits) if digits else round(value)


def machine() -> dict[str, Any]:
    """Describe where it was measured, and with which versions."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = f"{names[0].partition(':')[2].strip()} ({len(names)} cores)" if names else model
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    versions = {"python": platform.python_version(), "node": node.stdout.strip().lstrip("v")}
    versions |= {name: version(name) for name in _PACKAGES}
    for name in _PEERS:
        package = json.loads((_PEERS_FOLDER / name / "package.json").read_text())
        versions[name] = package["version"]
    return {
        "cpu": model,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "versions": versions,
    }


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shortened(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shortened(each) for each in value]
    return short(value)


def write(report: Report, folder: Path, command: str, seconds: float) -> None:
    """Write a case's JSON and plot, and the page of all cases in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        **asdict(report),
        "claims": [{**asdict(claim), "held": claim.held} for claim in report.claims],
        "command": command,
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "seconds": seconds,
        "machine": machine(),
    }
    file = folder / f"{report.case}.json"
    file.write_text(json.dumps(_shortened(content), indent=1) + "\n")
    plot = bars(report.title, report.unit, report.groups)
    (folder / f"{report.case}.svg").write_text(plot)
    _write_page(folder)


def _write_page(folder: Path) -> None:
    cases = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
    parts = [
        "# What was measured\n",
        "The host runs on one core; the load, the peers' fragments and our engine's workers on "
        "another. All sides show the same lists in pages of the same length. Latencies are in "
        "milliseconds, CPU in milliseconds a page, memory in MiB. Written by "
        "`benchmarks/compose/bench.py`; what each case does stands in its module.\n",
    ]
    for case in cases:
        parts += _section(case)
    (folder / "README.md").write_text("\n".join(parts))


def _section(case: Mapping[str, Any]) -> list[str]:
    where = case["machine"]
    versions = ", ".join(f"{name} {each}" for name, each in where["versions"].items())
    lines = [f"## {case['title']}\n", f"![{case['title']}]({case['case']}.svg)\n"]
    lines += [f"{note}\n" for note in case["notes"]]
    if case["claims"]:
        lines += ["| held to | reached | |", "|---|---|---|"]
        for claim in case["claims"]:
            bound = f"{'at least' if claim['at_least'] else 'at most'} {claim['bound']:g}"
            said = "held" if claim["held"] else "**missed**"
            lines.append(f"| {claim['what']}: {bound} | {_cell(claim['value'])} | {said} |")
        lines.append("")
    lines += _table(case["rows"])
    lines.append(
        f"`{case['command']}`, {case['date']}, {case['seconds']:.0f} s, on {where['cpu']}, "
        f"{where['system']}: {versions}.\n"
    )
    return lines


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    lines += [f"| {' | '.join(_cell(row.get(key)) for key in columns)} |" for row in rows]
    return [*lines, ""]


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    shown = short(float(value))
    return f"{shown:,.0f}" if abs(shown) >= 1000 else f"{shown:g}"
