"""What a visitor waits for, in Chromium with its network and processor slowed down.

Three React fragments of 100 rows and a button each: ours; tiny-frontend's host, whose own loader
hydrates them; and the same loader on an empty page, which is then made in the browser alone. A page
is interactive when the first effect of its last fragment has run: then every handler answers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.compose.fragments import deploy_lists
from benchmarks.compose.results import Bench, Claim, Report, medians
from benchmarks.compose.sides import fetch, node_host, ours
from tiny_client.testing import FakeRegistry

__all__ = ["browser"]

_ROUNDS, _QUICK_ROUNDS = 5, 1
_BUNDLE = Path(__file__).parent / "peers" / "bundle.mjs"

# Chrome's "Slow 4G": milliseconds, and bytes a second.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
CPU_SLOWDOWN = 4

_SENT, _ANSWERED = "Network.requestWillBeSent", "Network.responseReceived"

_OBSERVE = """
window.__lcp = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.__lcp = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
_ALIVE = "() => performance.getEntriesByType('mark').filter(m => m.name.startsWith('alive')).length"
_FIGURES = """() => {
  const marks = performance.getEntriesByType("mark").filter((m) => m.name.startsWith("alive"));
  const paints = performance.getEntriesByName("first-contentful-paint");
  const resources = performance.getEntriesByType("resource");
  return {
    "first contentful paint": paints[0].startTime,
    "largest contentful paint": window.__lcp,
    interactive: Math.max(...marks.map((m) => m.startTime)),
    requests: resources.length + 1,
  };
}"""


def browser(bench: Bench) -> Report:
    """Medians of fresh visits, the sides alternating."""
    rounds = _QUICK_ROUNDS if bench.quick else max(_ROUNDS, bench.rounds)
    raw: list[dict[str, Any]] = []
    with FakeRegistry() as registry, sync_playwright() as playwright:
        deploy_lists(registry)
        script = bench.scratch / "app.js"
        subprocess.run(["node", str(_BUNDLE), registry.url, str(script)], check=True)
        mine = ours(registry, bench.scratch, "/page/Live1,Live2,Live3")
        node = node_host(registry, bench.scratch, script=str(script))
        with mine.make(0) as our_server, node.make(0) as node_server:
            addresses = {
                "ours": our_server.url + mine.path,
                "tiny-frontend": f"{node_server.url}/three",
                "browser only": f"{node_server.url}/empty",
            }
            for address in addresses.values():
                fetch(address)
            for _ in range(rounds):
                with _chromium(playwright) as chromium:
                    for side, address in addresses.items():
                        raw.append({"side": side, **_visit(chromium, address)})
                        bench.say(f"{side}: interactive after {raw[-1]['interactive']:,.0f} ms")
    rows = []
    for side in addresses:
        of_side = [each for each in raw if each["side"] == side]
        figures = medians([{k: v for k, v in each.items() if k != "side"} for each in of_side])
        rows.append({"side": side, **figures})
    return _report(rows, raw, rounds)


def _chromium(playwright: Any) -> Browser:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    chromium: Browser = playwright.chromium.launch(executable_path=path, args=arguments)
    return chromium


def _visit(chromium: Browser, address: str) -> dict[str, Any]:
    """Open the page in a fresh profile and return its figures in ms."""
    with chromium.new_context() as context:
        page = context.new_page()
        page.add_init_script(_OBSERVE)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", NETWORK)
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        # The page's own timing does not know of the emulated latency, these events do.
        times: dict[str, list[float]] = {_SENT: [], _ANSWERED: []}
        for event, seen in times.items():
            session.on(event, lambda details, seen=seen: seen.append(details["timestamp"]))
        page.goto(address)
        _until_alive(page)
        first_byte = 1000 * (times[_ANSWERED][0] - times[_SENT][0])
        figures: dict[str, Any] = {"first byte": first_byte, **page.evaluate(_FIGURES)}
        button = page.get_by_role("button").last
        button.click()
        if button.text_content() != "Clicked 1":
            raise RuntimeError(f"{address} said that it was interactive, and did not answer")
        return figures


def _until_alive(page: Page) -> None:
    for _ in range(600):
        if page.evaluate(_ALIVE) == 3:
            return
        page.wait_for_timeout(50)
    raise RuntimeError(f"{page.url} did not become interactive")


def _report(rows: list[dict[str, Any]], raw: list[dict[str, Any]], rounds: int) -> Report:
    keys = ("first byte", "first contentful paint", "largest contentful paint", "interactive")
    groups = {key: {row["side"]: row[key] for row in rows} for key in keys}
    by_side = {row["side"]: row for row in rows}
    claims = [
        Claim(f"{key}, ours / {other}", by_side["ours"][key] / by_side[other][key], 1.0, False)
        for other in ("tiny-frontend", "browser only")
        for key in ("largest contentful paint", "interactive")
    ]
    notes = [
        f"Medians of {rounds} fresh visits at {NETWORK['latency']} ms, 1.6 Mbit/s down and a "
        f"processor slowed down {CPU_SLOWDOWN} times. Interactive: the first effect of the last "
        "fragment has run, so every handler answers; a click checks it."
    ]
    title = "A visit in Chromium, slowed down"
    return Report("browser", title, rows, "ms", groups, claims, notes, raw)
