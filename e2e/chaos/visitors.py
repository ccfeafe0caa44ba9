"""Visitors who ask for the shop's pages without rest, and look closely at each."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter, defaultdict
from typing import Self

import requests

PAGES = {
    # A page, and how many slots it has.
    "/": 2,
    "/products/{product}": 3,
    "/everything?visit={number}": 6,
    "/about": 0,
}
WEIGHTS = (3, 5, 4, 1)
VISITS = 40
"""Different props: few enough to meet each other in the cache of rendered HTML."""

ANSWER_TIMEOUT_SECONDS = 60.0

_SLOT = re.compile(r"<tiny-fragment\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_CONFIG = re.compile(r'window\["tinyFrontend(\w+)(?:@[^"]*)?Config"\]=')
_BUNDLE = re.compile(r'/tiny/bundle/([\w.-]+)"')
_PENDING = re.compile(r'data-tiny-slot="(\d+)"')
_PLACED = re.compile(r"tinyPlace\((\d+)")
_MARK = re.compile(r'data-edition="((\w+)-\d+)"')


class Book:
    """What the visitors saw; safe to write from any thread."""

    def __init__(self, release_of: dict[str, str]) -> None:
        self._lock = threading.Lock()
        self._release_of = release_of
        self.problems: list[str] = []
        self.seconds: list[float] = []
        self.slots = 0
        self.statuses: Counter[str] = Counter()

    def visit(self, session: requests.Session, url: str, path: str, slots: int) -> str:
        """Get a page, note what is wrong with it, and return its text, empty where it failed."""
        start = time.monotonic()
        try:
            answer = session.get(url + path, timeout=ANSWER_TIMEOUT_SECONDS)
            text = answer.text
        except requests.RequestException as error:
            with self._lock:
                self.problems.append(f"{path}: no whole answer: {error!r}")
            return ""
        seconds = time.monotonic() - start
        found = problems_of(text, slots, self._release_of)
        if answer.status_code != 200:
            found.append(f"status {answer.status_code}")
        with self._lock:
            self.seconds.append(seconds)
            self.slots += slots
            self.statuses.update(dict(_ATTRIBUTE.findall(tag))["status"] for tag in _tags(text))
            self.problems += [f"{path}: {problem}" for problem in found]
        return text

    def percentile(self, share: float) -> float:
        """Return how long a page took, in seconds: that share of them was no slower."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Visitors:
    """Threads that visit until the block ends."""

    def __init__(self, url: str, book: Book, products: list[str], seed: int, count: int) -> None:
        self._url = url
        self._book = book
        self._products = products
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._walk, args=(random.Random(seed + number),), daemon=True)
            for number in range(count)
        ]

    def _walk(self, dice: random.Random) -> None:
        with requests.Session() as session:
            while not self._stop.is_set():
                ((page, slots),) = dice.choices(list(PAGES.items()), WEIGHTS)
                path = page.format(
                    product=dice.choice(self._products), number=dice.randrange(VISITS)
                )
                self._book.visit(session, self._url, path, slots)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(ANSWER_TIMEOUT_SECONDS)


def _tags(text: str) -> list[str]:
    return _SLOT.findall(text)


def problems_of(text: str, slots: int, release_of: dict[str, str]) -> list[str]:
    """Say what is wrong with a page: cut, slots missing, or releases mixed."""
    problems = []
    if not text.startswith("<!doctype html>") or not text.rstrip().endswith("</html>"):
        problems.append(f"it is cut: {text[:80]!r} … {text[-80:]!r}")
    tags = _tags(text)
    # A slot that came late stands in the page twice: its place, and what goes there.
    found = len(tags) - text.count("data-tiny-late hidden>")
    if found != slots:
        problems.append(f"it has {found} slots instead of {slots}")
    waiting, placed = sorted(_PENDING.findall(text)), sorted(_PLACED.findall(text))
    if waiting != placed:
        problems.append(f"late slots {waiting} got {placed}")
    releases: defaultdict[str, set[str]] = defaultdict(set)
    for tag in tags:
        attributes = dict(_ATTRIBUTE.findall(tag))
        if "release" in attributes:
            releases[attributes["name"]].add(attributes["release"])
    for mark, name in _MARK.findall(text):
        releases[name].add(release_of.get(mark, f"that of {mark}"))
    bundles: set[str] = set()
    decoder = json.JSONDecoder()
    for match in _CONFIG.finditer(text):
        config, _ = decoder.raw_decode(text, match.end())
        releases[match[1]].add(config["release"])
        bundles |= {config["umdBundle"], config.get("cssBundle", "")}
    problems += [f"{name} mixes {ids}" for name, ids in releases.items() if len(ids) > 1]
    strangers = set(_BUNDLE.findall(text)) - bundles
    if strangers:
        problems.append(f"its assets are of no fragment in it: {strangers}")
    return problems
