"""A streamed page in Chromium: slots find their places out of order and come alive on their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from jinja2 import DictLoader
from playwright.sync_api import Browser, Page, expect

from e2e.conftest import ARTIFACTS, Watch
from e2e.test_islands import SPEAKER, plain_umd, probe
from tests.client.serving import LONG, Gates, put_gates, served
from tiny_client import TinyFrontends
from tiny_client.testing import FakeRegistry

PLAIN = {"runtime": {"name": "plain", "contractVersion": "1"}}
HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Streamed</title>
<link rel="icon" href="data:,">
<style nonce="{{ csp_nonce() }}">section { border: 1px solid; margin: 1rem; padding: 1rem }</style>
{{ fragment_head() }}</head>
<body><main><h1>Streamed</h1>
"""
PAGE = (
    HEAD
    + """
<section id="one">{{ fragment("One", "1.0.0", label="1", stream=True, fallback="One is coming") }}
</section><section id="two">{{ fragment("Two", "1.0.0", label="2", stream=True) }}</section>
<section id="fast">{{ fragment("Fast", "1.0.0", label="3") }}</section>
</main><footer><p>The end</p></footer></body></html>
"""
)
# Nothing stands between the two: the fast one is whole only by what the host says.
IN_PLACE = (
    HEAD
    + """<div id="slots">{{ fragment("Fast", "1.0.0", label="3") }}"""
    + """{{ fragment("One", "1.0.0", label="1") }}</div></main></body></html>"""
)
BUS = (
    HEAD
    + '{{ fragment("Speaker", "1.0.0") }}{{ fragment("One", "1.0.0", label="1") }}</main></body>'
)


@dataclass
class Stage:
    """A host whose fragments wait for the test."""

    url: str
    gates: Gates


@pytest.fixture
def stage() -> Iterator[Stage]:
    with FakeRegistry() as registry:
        for name in ("One", "Two", "Fast"):
            css = f"#{name.lower()} button, .late-{name} {{ color: rgb(1, 2, 3) }}"
            registry.deploy(name, "1.0.0", umd=probe(name, name), css=css, metadata=PLAIN)
        registry.deploy("Speaker", "1.0.0", umd=plain_umd("Speaker", SPEAKER), metadata=PLAIN)
        app = Flask("stage")
        pages = {"page.html": PAGE, "in-place.html": IN_PLACE, "bus.html": BUS}
        app.jinja_loader = DictLoader(pages)
        app.config.update(
            TINY_API_URL=registry.url,
            TINY_CACHE_DIR=None,
            TINY_TRUSTED_TYPES="enforce",
            **LONG,
        )
        tiny = TinyFrontends(app)
        app.add_url_rule("/<name>", "show", lambda name: tiny.render_page(f"{name}.html"))
        gates = put_gates(app)
        with served(app) as visitor:
            yield Stage(f"http://127.0.0.1:{visitor.port}", gates)
            gates.open()
        tiny.close(app)


def island(page: Page, section: str):
    return page.locator(f"#{section} tiny-fragment")


def works(page: Page, section: str) -> None:
    """Say that the island is alive, by a click that it answers exactly once."""
    expect(island(page, section)).to_have_attribute("status", "active")
    island(page, section).get_by_role("button").click()
    expect(island(page, section).locator("output")).to_have_text("1")


def loading(page: Page) -> bool:
    return page.evaluate("() => document.readyState") == "loading"


def test_late_slots_find_their_places_out_of_order_and_live_while_the_page_comes(
    page: Page, stage: Stage, watch: Watch
):
    stage.gates.shut("One", "Two")
    page.goto(f"{stage.url}/page", wait_until="commit")
    works(page, "fast")
    assert loading(page)
    expect(island(page, "one")).to_have_attribute("status", "pending")
    expect(island(page, "one")).to_have_text("One is coming")
    stage.gates.open("Two")
    works(page, "two")
    assert loading(page)
    expect(island(page, "one")).to_have_attribute("status", "pending")
    page.screenshot(path=ARTIFACTS / "streamed-pending.png")
    stage.gates.open("One")
    works(page, "one")
    page.wait_for_load_state()
    for section in ("one", "two", "fast"):
        button = island(page, section).get_by_role("button")
        expect(button).to_have_css("color", "rgb(1, 2, 3)")
        expect(page.locator(f"#{section} tiny-fragment")).to_have_count(1)
    expect(page.locator("[data-tiny-late]")).to_have_count(0)
    expect(page.locator("body > :last-child")).not_to_have_text("One")
    page.screenshot(path=ARTIFACTS / "streamed.png")
    assert watch.problems == []
    assert watch.violations() == []


def test_fast_slot_lives_while_the_slow_one_beside_it_is_awaited_in_place(
    page: Page, stage: Stage, watch: Watch
):
    stage.gates.shut("One")
    page.goto(f"{stage.url}/in-place", wait_until="commit")
    fast, slow = page.locator("[name=Fast]"), page.locator("[name=One]")
    expect(fast).to_have_attribute("status", "active")
    assert loading(page)
    expect(slow).to_have_count(0)
    stage.gates.open("One")
    expect(slow).to_have_attribute("status", "active")
    assert watch.problems == []
    assert watch.violations() == []


def test_fragment_has_the_bus_of_the_page_while_the_page_comes(
    page: Page, stage: Stage, watch: Watch
):
    stage.gates.shut("One")
    page.goto(f"{stage.url}/bus", wait_until="commit")
    speaker = page.locator("[name=Speaker]")
    expect(speaker).to_have_attribute("status", "active")
    speaker.get_by_role("button").click()
    assert page.evaluate("() => window.__MFE_BRIDGE__.disposed") is False
    assert loading(page)
    stage.gates.open()
    page.wait_for_load_state()
    assert watch.violations() == []


def test_fragment_that_fails_late_keeps_its_fallback(page: Page, stage: Stage, watch: Watch):
    stage.gates.shut("One")
    page.goto(f"{stage.url}/page", wait_until="commit")
    works(page, "fast")
    stage.gates.fail("One")
    expect(island(page, "one")).to_have_attribute("status", "fallback")
    expect(island(page, "one")).to_have_text("One is coming")
    page.wait_for_load_state()
    expect(page.locator("footer")).to_have_text("The end")
    assert watch.problems == []


def test_streamed_page_is_accessible_while_it_comes_and_when_it_is_there(
    page: Page, stage: Stage, axe_source: str
):
    def violations() -> list[str]:
        found = page.evaluate("() => axe.run().then(({ violations }) => violations)")
        return [violation["id"] for violation in found]

    stage.gates.shut("One", "Two")
    page.goto(f"{stage.url}/page", wait_until="commit")
    works(page, "fast")
    page.evaluate(axe_source)
    assert violations() == []
    stage.gates.open()
    works(page, "one")
    works(page, "two")
    assert violations() == []


@pytest.fixture
def page_without_script(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_javascript_the_late_slots_are_read_at_the_end(
    page_without_script: Page, stage: Stage
):
    page = page_without_script
    stage.gates.shut("One", "Two")
    page.goto(f"{stage.url}/page", wait_until="commit")
    expect(page.locator("footer")).to_be_visible()
    expect(page.locator("#one a")).to_be_visible()
    stage.gates.open()
    late = page.locator("#tiny-late-0")
    expect(late).to_be_visible()
    expect(late).to_contain_text("One 1")
    expect(page.locator("#tiny-late-1")).to_contain_text("Two 2")
    expect(page.locator("#fast")).to_contain_text("Fast 3")
    page.locator("#one").get_by_role("link", name="One").click()
    assert page.url.endswith("#tiny-late-0")
    page.screenshot(path=ARTIFACTS / "streamed-without-javascript.png", full_page=True)
