"""The shop under load for two minutes while everything around it breaks and heals at random.

With `-s` it prints what happened. `CHAOS_SEED` repeats a run's dice, `CHAOS_SECONDS` its length.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import requests

from e2e.chaos.editions import MARKED, Press
from e2e.chaos.proxy import StallingProxy
from e2e.chaos.visitors import PAGES, Book, Visitors
from e2e.site import Site
from e2e.test_releases import BROKEN
from host_app.seed import read_products
from tests.servers.hosts import eventually, is_engine, is_gone, metric, outcomes_in
from tiny_api.errors import RegistryError

SECONDS = float(os.environ.get("CHAOS_SECONDS", "120"))
SEED = int(os.environ.get("CHAOS_SEED") or random.randrange(10**6))
VISITORS = 4
ENGINE_WORKERS = 2
MOST_ENGINE_PROCESSES = 1 + ENGINE_WORKERS + 1
"""The zygote, its workers, and the one where bundles render that failed the last time."""

FRAGMENT_TIMEOUT_SECONDS = 1.0
PAGE_TIMEOUT_SECONDS = 3.0
LATER_THAN_DEADLINE_SECONDS = 0.05
MOST_GROWTH_BYTES = 96 * 1024 * 1024
HEALING_SECONDS = 60.0
PRODUCTS = [product.id for product in read_products()]

SETTINGS = {
    "TINY_FRAGMENT_TIMEOUT": str(FRAGMENT_TIMEOUT_SECONDS),
    "TINY_PAGE_TIMEOUT": str(PAGE_TIMEOUT_SECONDS),
    "TINY_ENGINE_WORKERS": str(ENGINE_WORKERS),
}


class Chaos:
    """Breaks and heals one thing at a time, by the dice."""

    def __init__(self, site: Site, proxy: StallingProxy, press: Press, seed: int) -> None:
        self._site = site
        self._proxy = proxy
        self._press = press
        self._dice = random.Random(seed)
        self.done: Counter[str] = Counter()
        self._deeds = {
            self.deploy_good: 6,
            self.roll_back: 3,
            self.deploy_broken: 6,
            self.stall_the_registry: 2,
            self.cut_connections: 2,
            self.kill_the_registry: 1,
            self.kill_an_engine_process: 5,
        }

    def run(self, seconds: float) -> None:
        """Do one deed after the other."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            (deed,) = self._dice.choices(list(self._deeds), list(self._deeds.values()))
            # A deploy that the registry cannot take is one of the things that happen.
            with suppress(RegistryError):
                deed()
                self.done[deed.__name__.replace("_", " ")] += 1
            self._wait(0.2, 1.0)

    def _wait(self, least: float, most: float) -> None:
        time.sleep(self._dice.uniform(least, most))

    def _fragment(self) -> str:
        return self._dice.choice(list(MARKED))

    def deploy_good(self) -> None:
        self._press.deploy_good(self._fragment(), pure=self._dice.random() < 0.5)

    def roll_back(self) -> None:
        self._press.deploy_again(self._dice.choice(self._press.good[self._fragment()]))

    def deploy_broken(self) -> None:
        self._press.deploy_broken(self._fragment(), self._dice.choice(list(BROKEN)))

    def stall_the_registry(self) -> None:
        self._proxy.stall()
        self._wait(1, 5)
        self._proxy.flow()

    def cut_connections(self) -> None:
        self._proxy.cut()

    def kill_the_registry(self) -> None:
        self._site.registry.stop(signal.SIGKILL)
        self._wait(0.5, 4)
        self._site.registry.start()

    def kill_an_engine_process(self) -> None:
        found = sorted(engine_processes(self._site), key=lambda process: process.pid)
        if found:
            with suppress(psutil.NoSuchProcess):
                self._dice.choice(found).kill()


def engine_processes(site: Site) -> list[psutil.Process]:
    """Return the host's zygote and its workers."""
    processes = psutil.Process(site.host.pid).children(recursive=True)
    return [each for each in processes if is_engine(each) and not is_gone(each)]


def serving_process(site: Site) -> psutil.Process:
    """Return the one process of the server that answers: the engine is a child of it."""
    (serving,) = {engine.parent() for engine in engine_processes(site)} - set(
        engine_processes(site)
    )
    return serving


def deploy_for_good(press: Press) -> set[str]:
    """Deploy the last releases and return their marks; the registry may still be starting."""
    marks = set()
    for name in MARKED:
        marks.add(press.deploy_good(name).mark)
    return marks


def wait_until_healed(site: Site, book: Book, marks: set[str]) -> None:
    """Ask for every page until none has a fallback or anything but the last releases."""
    end = time.monotonic() + HEALING_SECONDS
    with requests.Session() as session:
        while True:
            sick = []
            for page, slots in PAGES.items():
                path = page.format(product=PRODUCTS[0], number=7)
                text = book.visit(session, site.host.url, path, slots)
                healed = sum(text.count(f'data-edition="{mark}"') for mark in marks)
                if healed != slots or 'status="fallback"' in text:
                    sick.append(path)
            if not sick:
                return
            assert time.monotonic() < end, f"{sick} did not heal:\n{site.host.log()[-4000:]}"


def test_shop_lives_through_chaos(tmp_path: Path):
    say(f"\nCHAOS_SEED={SEED} CHAOS_SECONDS={SECONDS:g}")
    site = Site(tmp_path / "site", app="e2e.chaos:create_app", **SETTINGS)
    with StallingProxy(site.registry.port) as proxy:
        site.host = site.make_host("host", proxy.url)
        with site:
            press = Press(site.registry.url, site.token)
            deploy_for_good(press)
            book = Book(press.release_of)
            wait_until_healed(site, book, {press.good[name][-1].mark for name in MARKED})
            chaos = Chaos(site, proxy, press, SEED)
            server = serving_process(site)
            with Visitors(site.host.url, book, PRODUCTS, SEED, VISITORS):
                chaos.run(SECONDS / 4)
                rss_before = server.memory_info().rss
                chaos.run(SECONDS * 3 / 4)
                rss_after = server.memory_info().rss
            wait_until_healed(site, book, deploy_for_good(press))
            print_summary(site, book, chaos, rss_before, rss_after)

            assert book.problems == []
            latest = PAGE_TIMEOUT_SECONDS + LATER_THAN_DEADLINE_SECONDS
            assert book.percentile(0.99) <= latest
            assert serving_process(site) == server
            assert rss_after - rss_before < MOST_GROWTH_BYTES
            eventually(lambda: slots_counted(metrics(site)) == book.slots)
            eventually(lambda: metric(metrics(site), "tiny_breaker_state") == 0)
            # None that a kill has left behind.
            eventually(lambda: len(engine_processes(site)) <= MOST_ENGINE_PROCESSES)
            left = engine_processes(site)
    eventually(lambda: all(is_gone(process) for process in left))


def slots_counted(text: str) -> float:
    """Return the slots of all outcomes, also those of releases whose series were removed."""
    return outcomes_in(text).total() + metric(text, "tiny_forgotten_slots_total")


def metrics(site: Site) -> str:
    return requests.get(f"{site.host.url}/metrics", timeout=30).text


def say(line: str) -> None:
    """Write a line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def print_summary(site: Site, book: Book, chaos: Chaos, before: int, after: int) -> None:
    p50, p99, most = (book.percentile(share) * 1000 for share in (0.5, 0.99, 1))
    say(f"pages     {len(book.seconds)} ({book.slots} slots, {len(book.problems)} problems)")
    say(f"slots     {dict(outcomes_in(metrics(site)))}")
    say(f"time      p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {most:.0f} ms")
    say(f"happened  {dict(chaos.done)}")
    say(f"memory    {before / 2**20:.0f} MB after a quarter, {after / 2**20:.0f} MB at the end")
