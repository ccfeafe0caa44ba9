"""The tutorial's own files do what it says, step by step."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.site import ROOT, Server, Site, free_port

TUTORIAL = ROOT / "docs" / "tutorial" / "two-fragments-talk.md"
REGISTRY = "http://127.0.0.1:8100"
FILE = re.compile(r"`([\w./]+)`[^`\n]*:\n\n```\S+\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Walk:
    """Writes the files of one section after the other, deploys them and serves the page."""

    def __init__(self, folder: Path, site: Site) -> None:
        self._folder = folder
        self._site = site
        self._releases: dict[str, str] = {}
        self._sections = TUTORIAL.read_text().split("\n## ")

    def take(self, number: int) -> None:
        (section,) = [text for text in self._sections if text.startswith(f"{number}. ")]
        for name, content in FILE.findall(section):
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content.replace(REGISTRY, self._site.registry.url))

    def open(self, page: Page, url: str) -> None:
        """Load the page until the host has noticed what was deployed."""
        for _ in range(50):
            page.goto(url)
            slots = page.locator("tiny-fragment")
            if slots.evaluate_all("slots => slots.map((slot) => slot.getAttribute('release'))") == [
                self._releases["switch"],
                self._releases["lamp"],
            ]:
                return
            page.wait_for_timeout(200)
        raise AssertionError(f"{url} does not show {self._releases}")

    @contextmanager
    def serve(self) -> Iterator[str]:
        for name in ("switch", "lamp"):
            self._releases[name] = self._site.deploy_project(self._folder / name)
        port = free_port()
        command = [
            *(sys.executable, "-m", "flask", "--app", str(self._folder / "app.py"), "run"),
            *("--debug", "--no-reload", "--port", str(port)),
        ]
        host = Server("tutorial", command, port, self._folder)
        host.start()
        try:
            yield host.url
        finally:
            host.stop()


@pytest.fixture
def walk(tmp_path, site) -> Walk:
    walk = Walk(tmp_path, site)
    walk.take(1)
    walk.take(2)
    return walk


def press(page: Page) -> None:
    page.get_by_role("button", name="Press").click()


def ready(page: Page, *names: str) -> None:
    for name in names:
        expect(page.locator(f"tiny-fragment[name={name}]")).to_have_attribute("status", "active")


def test_the_switch_turns_the_lamp_on_and_off_and_the_inspector_shows_it(walk, page):
    with walk.serve() as url:
        walk.open(page, url)
        ready(page, "Switch", "Lamp")
        lamp = page.locator("tiny-fragment[name=Lamp] strong")
        press(page)
        expect(lamp).to_have_text("on")
        press(page)
        expect(lamp).to_have_text("off")
        page.keyboard.press("Alt+Shift+B")
        expect(page.locator("tiny-bus-inspector")).to_contain_text("switch:pressed")


def test_a_lamp_that_comes_late_knows_the_light(walk, page):
    walk.take(4)
    with walk.serve() as url:
        walk.open(page, url)
        ready(page, "Switch")
        press(page)
        lamp = page.locator("tiny-fragment[name=Lamp]")
        expect(lamp).to_contain_text("off")
        lamp.click()
        expect(lamp).to_contain_text("on")


def test_a_lamp_that_is_broken_refuses_and_the_switch_says_why(walk, page):
    walk.take(5)
    with walk.serve() as url:
        walk.open(page, url)
        ready(page, "Switch", "Lamp")
        lamp = page.locator("tiny-fragment[name=Lamp]")
        for word in ("on", "off", "on"):
            press(page)
            expect(lamp).to_contain_text(word)
        press(page)
        expect(page.locator("output")).to_have_text(re.compile("The bulb is broken"))
        expect(lamp).to_contain_text("on")
