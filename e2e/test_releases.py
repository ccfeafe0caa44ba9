"""Deploys while the host runs, releases that are broken, and a registry that is gone."""

from __future__ import annotations

import signal
import time

import pytest
import requests
from playwright.sync_api import Page, expect

from e2e.site import ROOT, Site
from e2e.test_pages import wait_until_active

BROKEN = {
    "throwing": "module.exports = { render: () => { throw new Error('broken release') } };",
    "looping": "module.exports = { render: () => { for (;;); } };",
    "looping at load": "for (;;);",
    "eating memory": "module.exports = { render: () => "
    "{ const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); } };",
    "aborting the engine": "module.exports = { render: () => new Array(4e8).fill(0).length };",
    "syntactically broken": "module.exports = {",
    "returning no string": "module.exports = { render: () => ({}) };",
    "never settling": "module.exports = { render: () => new Promise(() => {}) };",
    "asking for what is not there": "module.exports = require('left-pad');",
}

CART_PLAIN = "module.exports = { render: () => '<p>Cart, second edition</p>' };"


def text_of(site: Site, path: str = "/") -> str:
    answer = requests.get(site.host.url + path, timeout=30)
    assert answer.status_code == 200
    return answer.text


def wait_for_text(site: Site, text: str, path: str = "/") -> None:
    """Ask for the page until it has `text`: a host takes a new release over after its TTL."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if text in text_of(site, path):
            return
        time.sleep(0.1)
    raise AssertionError(f"{text!r} never came:\n{text_of(site, path)}\n{site.host.log()}")


def test_new_release_shows_up_with_no_restart(own_site: Site, page: Page):
    page.goto(own_site.host.url)
    wait_until_active(page)
    own_site.deploy("Cart", CART_PLAIN)
    wait_for_text(own_site, "Cart, second edition")
    page.reload()
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text("second edition")
    # And back: the old bytes are the old release.
    own_site.deploy_project(ROOT / "fragments" / "cart")
    deadline = time.monotonic() + 30
    while "second edition" in text_of(own_site) and time.monotonic() < deadline:
        time.sleep(0.1)
    page.reload()
    wait_until_active(page)
    expect(page.locator("tiny-fragment[name=Cart]")).not_to_contain_text("second edition")


def test_release_before_a_broken_one_serves_and_the_page_stays_alive(own_site: Site, page: Page):
    page.goto(own_site.host.url)
    wait_until_active(page)
    for kind, source in BROKEN.items():
        release = own_site.deploy("Cart", source)
        condemned = f"Release {release} of Cart 1.0.0 failed 3 times in a row"
        deadline = time.monotonic() + 30
        while condemned not in own_site.host.log():
            assert time.monotonic() < deadline, f"{kind}:\n{own_site.host.log()}"
            text_of(own_site)
            time.sleep(0.1)
        page.goto(own_site.host.url)
        wait_until_active(page)
        for name in ("Cart", "Recommendations"):
            expect(page.locator(f"tiny-fragment[name={name}]"), kind).to_have_attribute(
                "status", "active"
            )
    own_site.deploy("Cart", CART_PLAIN)
    wait_for_text(own_site, "Cart, second edition")


def test_host_that_has_seen_only_a_broken_release_shows_the_fallback(own_site: Site, page: Page):
    own_site.deploy("Cart", BROKEN["throwing"])
    own_site.host.stop()
    own_site.host.start()
    page.goto(own_site.host.url)
    wait_until_active(page)
    cart = page.locator("tiny-fragment[name=Cart]")
    expect(cart).to_have_attribute("status", "fallback")
    expect(cart).not_to_be_empty()
    own_site.deploy("Cart", CART_PLAIN)
    wait_for_text(own_site, "Cart, second edition")


def test_preview_shows_a_release_at_once_and_answers_200_with_the_error_of_a_broken_one(
    own_site: Site, page: Page
):
    address = f"{own_site.host.url}/tiny/preview/Fresh/1.0.0"
    answer = page.goto(address)
    assert answer
    assert answer.status == 200
    expect(page.get_by_role("alert")).to_contain_text("FragmentNotFound")

    own_site.deploy(
        "Fresh", "module.exports = { render: (props) => `<p>first ${props.word}</p>` };"
    )
    page.goto(f'{address}?props={{"word": "edition"}}')
    expect(page.locator("main")).to_contain_text("first edition")
    own_site.deploy(
        "Fresh", "module.exports = { render: () => '<p>second</p>', Small: () => 'small' };"
    )
    page.goto(address)
    expect(page.locator("main")).to_contain_text("second")
    page.goto(f"{address}?export=Small")
    expect(page.locator("main")).to_contain_text("small")

    broken = own_site.deploy(
        "Fresh", "module.exports = { render: () => { throw new TypeError('not today') } };"
    )
    answer = page.goto(address)
    assert answer
    assert answer.status == 200
    expect(page.get_by_role("alert")).to_contain_text("not today")
    expect(page.get_by_role("alert")).to_contain_text(broken)
    assert requests.get(f"{address}?props=[1", timeout=10).status_code == 400


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_registry_is_killed_and_pages_still_come_also_after_a_host_restart(
    own_site: Site, page: Page, how: signal.Signals
):
    page.goto(own_site.host.url)
    wait_until_active(page)
    own_site.registry.stop(how)
    time.sleep(1)  # past the TTL
    for _ in range(3):
        assert 'status="fallback"' not in text_of(own_site)
    own_site.host.stop(how)
    own_site.host.start()
    for _ in range(3):
        assert 'status="fallback"' not in text_of(own_site)
    # And a new deploy is taken over when the registry is back.
    own_site.registry.start()
    own_site.deploy("Cart", CART_PLAIN)
    wait_for_text(own_site, "Cart, second edition")
