"""The shop's pages: complete without JavaScript, alive with it, accessible, under a strict CSP."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import ARTIFACTS, WIDTHS, Watch


def product_path(page: Page, base_url: str = "") -> str:
    """Return the path of the first product of the home page."""
    page.goto(f"{base_url}/")
    path = page.locator("a[href^='/products/']").first.get_attribute("href")
    assert path
    return path


def wait_until_active(page: Page) -> None:
    """Scroll to every rendered slot that a script brings to life, and wait until it lives."""
    strategies = ", ".join(f"[hydrate={name}]" for name in ("load", "idle", "visible"))
    for slot in page.locator(f"tiny-fragment:is({strategies})").all():
        slot.scroll_into_view_if_needed()
        expect(slot).to_have_attribute("status", "active")


@pytest.mark.smoke
def test_home_is_complete_without_javascript(page_without_javascript):
    page = page_without_javascript
    page.goto("/")
    expect(page.locator("tiny-fragment[name=Cart] [data-tiny-root]")).not_to_be_empty()
    recommendations = page.locator("tiny-fragment[name=Recommendations]")
    expect(recommendations.locator("a[href^='/products/']").first).to_be_visible()
    assert page.locator("a[href^='/products/']").count() > 6


@pytest.mark.smoke
def test_product_page_is_complete_without_javascript(page_without_javascript):
    page = page_without_javascript
    page.goto(product_path(page))
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("tiny-fragment[name=Reviews] [data-tiny-root]")).not_to_be_empty()
    expect(page.locator("tiny-fragment[name=Cart] [data-tiny-root]")).not_to_be_empty()


@pytest.mark.smoke
def test_about_is_complete_without_javascript(page_without_javascript):
    page_without_javascript.goto("/about")
    expect(page_without_javascript.locator("h1")).to_be_visible()
    expect(page_without_javascript.locator("main p").first).to_be_visible()


def test_without_javascript_a_product_goes_into_the_cart_by_its_form(page_without_javascript):
    page = page_without_javascript
    path = product_path(page)
    page.goto(path)
    name = page.locator("h1").inner_text()
    page.locator("form[data-add-to-cart] button").first.click()
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)


@pytest.mark.smoke
@pytest.mark.parametrize("where", ["home", "product", "about"])
def test_page_hydrates_with_no_error_and_no_policy_violation(page: Page, watch: Watch, where):
    paths = {"home": "/", "about": "/about"}
    path = paths[where] if where in paths else product_path(page)
    answer = page.goto(path)
    assert answer
    assert answer.status == 200
    assert "'strict-dynamic'" in answer.headers["content-security-policy"]
    wait_until_active(page)
    assert watch.problems == []
    assert watch.violations() == []


@pytest.mark.smoke
def test_about_loads_no_fragment_asset_and_no_runtime(page: Page):
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto("/about", wait_until="networkidle")
    assert not [url for url in requested if "/tiny/" in url]
    assert "tiny-fragment" not in page.content().replace("tiny-fragment{", "")


def test_home_loads_only_the_runtimes_of_its_fragments(page: Page):
    page.goto("/")
    wait_until_active(page)
    scripts = page.evaluate(
        "() => performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    runtimes = {name for name in ("react", "vue", "plain") for url in scripts if f"/{name}." in url}
    assert runtimes == {"react", "plain"}


@pytest.mark.smoke
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["home", "product", "about"])
@pytest.mark.parametrize("screen", list(WIDTHS))
def test_page_is_accessible_and_fits_its_width(page: Page, axe_source, where, screen, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": WIDTHS[screen], "height": 900})
    paths = {"home": "/", "about": "/about"}
    page.goto(paths[where] if where in paths else product_path(page))
    wait_until_active(page)

    ARTIFACTS.mkdir(exist_ok=True)
    page.evaluate("() => scrollTo(0, 0)")
    page.screenshot(path=ARTIFACTS / f"{where}-{screen}-{scheme}.png", full_page=True)

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    # Evaluated through the debugger, which the page's policy does not concern.
    page.evaluate(axe_source)
    result = page.evaluate("() => axe.run()")
    serious = [
        f"{violation['id']}: {[node['html'] for node in violation['nodes']]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_each_page_has_a_nonce_of_its_own(page: Page):
    nonces = set()
    for _ in range(2):
        answer = page.goto("/")
        assert answer
        nonces.add(re.findall(r"'nonce-([^']+)'", answer.headers["content-security-policy"])[0])
    assert len(nonces) == 2
