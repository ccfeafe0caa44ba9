"""The real `@tiny-frontend/client` from npm against our registry, and on a page of our host."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Watch
from e2e.lab import CART
from e2e.site import ROOT, Site
from tiny_client import LoaderSettings, TinyClient

LAB_SCRIPTS = ROOT / "e2e" / "lab" / "scripts"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A lab whose pages have the real client's scripts, bundled with a React of their own."""
    folder: Path = tmp_path_factory.mktemp("real-client")
    entries = [str(LAB_SCRIPTS / f"{name}.ts") for name in ("alone", "takeover", "mixed")]
    subprocess.run(
        [
            *("node_modules/.bin/esbuild", *entries, "--bundle", "--format=esm"),
            *("--target=es2022", f"--outdir={folder}", "--log-level=warning"),
            '--define:process.env.NODE_ENV="production"',
        ],
        cwd=ROOT,
        check=True,
    )
    with Site(folder / "site", app="e2e.lab:create_app", LAB_SCRIPTS=str(folder)) as started:
        yield started


def test_its_server_loader_renders_what_our_engine_renders(lab: Site):
    command = ["node", str(LAB_SCRIPTS / "server-loader.mjs"), lab.registry.url, json.dumps(CART)]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    theirs = json.loads(printed)
    with TinyClient(lab.registry.url, loader=LoaderSettings(cache_dir=None)) as client:
        fragment = client.load("Cart", "1.0.0")
        assert fragment.render(CART) == theirs["html"]
    assert "Mug" in theirs["html"]
    assert fragment.config.umd_bundle in theirs["head"]


def test_its_browser_loader_loads_a_fragment_from_our_registry(page: Page, lab: Site, watch: Watch):
    page.goto(f"{lab.host.url}/plain/real-client")
    expect(page.locator("#root")).to_contain_text("Mug")
    page.locator("#root").get_by_role("button", name="Remove").click()
    expect(page.locator("#root li")).to_have_count(0)
    assert watch.problems == []


def test_its_browser_loader_takes_over_a_page_that_our_host_rendered(
    page: Page, lab: Site, watch: Watch
):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{lab.host.url}/lab/takeover")
    expect(page.locator("html")).to_have_attribute("data-takeover", "done")
    cart = page.locator("#slot [data-tiny-root]")
    expect(cart).to_contain_text("Mug")
    cart.get_by_role("button", name="Remove").click()
    expect(cart.locator("li")).to_have_count(0)
    taken = page.evaluate("() => window.__takeover")
    assert "Mug" in taken["before"]
    assert taken["problems"] == []
    assert not [url for url in asked if "/tiny/latest/Cart" in url]
    assert watch.problems == []
    assert watch.violations() == []


def test_it_lives_beside_our_loader_with_a_react_of_its_own(page: Page, lab: Site, watch: Watch):
    page.goto(f"{lab.host.url}/lab/mixed")
    ours, theirs = page.locator("#ours tiny-fragment"), page.locator("#theirs")
    expect(ours).to_have_attribute("status", "active")
    expect(theirs).to_contain_text("empty")
    ours.get_by_role("button", name="Remove").click()
    expect(ours.locator("li")).to_have_count(0)
    # Theirs asks for the script without CORS, which our preload (with integrity) cannot serve.
    assert [problem for problem in watch.problems if "preload" not in problem] == []
    assert watch.violations() == []
