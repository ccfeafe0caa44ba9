"""Two tabs of one visitor: what happens in one is followed by the other without a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.conftest import Watch
from e2e.test_pages import wait_until_active
from e2e.test_shop_visitor import (
    PRODUCT,
    choose,
    expect_everything_in,
    expect_logged_in,
    expect_logged_out,
    log_in,
    open_menu,
)


@pytest.fixture
def tabs(context: BrowserContext):
    """Two tabs that both show a product; the second one is marked, to tell a reload."""
    pages = [context.new_page(), context.new_page()]
    watches = [Watch(page) for page in pages]
    for page in pages:
        page.goto(PRODUCT)
        wait_until_active(page)
    pages[1].evaluate("() => window.__same = true")
    yield pages
    assert pages[1].evaluate("() => window.__same")
    assert [watch.problems for watch in watches] == [[], []]


def cart_of(page: Page):
    return page.locator("tiny-fragment[name=Cart]")


@pytest.mark.smoke
def test_other_tab_follows_login_and_logout(tabs):
    one, other = tabs
    log_in(one, "Mira")
    expect_logged_in(other, "Mira")
    expect(other.locator("tiny-fragment[name=Reviews]")).to_contain_text("as Mira")
    open_menu(other)
    other.locator("form[action='/logout'] button").click()
    expect_logged_out(one)
    expect(one.locator("tiny-fragment[name=Reviews]")).to_contain_text("Log in")


@pytest.mark.smoke
def test_other_tab_follows_the_cart_and_changes_it_in_turn(tabs):
    one, other = tabs
    one.locator("form[data-add-to-cart] button").first.click()
    expect(cart_of(other)).to_contain_text("Ash glaze mug")
    expect(other.locator("[data-cart-count]")).to_have_text("1")
    with other.expect_response(lambda answer: answer.request.method == "PUT"):
        cart_of(other).get_by_role("button", name="One Ash glaze mug more").click()
        expect(cart_of(one).locator("li")).to_contain_text("€48.00")
    one.reload()
    expect(cart_of(one)).to_contain_text("€48.00")


@pytest.mark.smoke
def test_other_tab_follows_theme_and_language(tabs):
    one, other = tabs
    choose(one, "locale", "de")
    choose(one, "theme", "dark")
    expect_everything_in(other, "de")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    choose(other, "locale", "en")
    expect_everything_in(one, "en")


def test_only_the_tab_in_which_something_changed_tells_the_host(tabs):
    one, other = tabs
    sent: list[str] = []
    other.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    one.locator("form[data-add-to-cart] button").first.click()
    log_in(one, "Mira")
    expect(cart_of(other)).to_contain_text("Ash glaze mug")
    expect_logged_in(other, "Mira")
    assert [request for request in sent if not request.startswith("GET")] == []


def test_commands_stay_in_their_tab_so_that_nothing_is_added_twice(tabs):
    one, other = tabs
    for _ in range(3):
        one.locator("form[data-add-to-cart] button").first.click()
    expect(cart_of(other).locator("li")).to_contain_text("€72.00")
    expect(one.locator("[data-cart-count]")).to_have_text("3")


def test_hosts_own_cart_page_follows_another_tab(tabs):
    one, other = tabs
    one.goto("/cart")
    one.evaluate("() => window.__same = true")
    add = other.locator("form[data-add-to-cart] button").first
    add.click()
    expect(one.locator("[data-cart-line]")).to_contain_text("Ash glaze mug")
    add.click()
    expect(one.locator("[data-cart-total]")).to_have_text("€48.00")
    assert one.evaluate("() => window.__same")


def test_tab_that_missed_a_change_catches_up_when_somebody_returns(tabs, base_url):
    one, other = tabs
    # As a form without our script would, or a tab whose messages were lost.
    one.request.post(f"{base_url}/cart/items", form={"id": "bud-vase"})
    one.request.post(f"{base_url}/login", form={"name": "Mira"})
    other.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(cart_of(other)).to_contain_text("Bud vase")
    expect_logged_in(other, "Mira")


def test_new_tab_begins_with_what_the_others_have(tabs, context: BrowserContext):
    one, other = tabs
    one.locator("form[data-add-to-cart] button").first.click()
    expect(cart_of(other)).to_contain_text("Ash glaze mug")
    third = context.new_page()
    third.goto("/")
    expect(cart_of(third)).to_contain_text("Ash glaze mug")
    third.locator("form[data-add-to-cart] button").nth(1).click()
    for page in (one, other, third):
        expect(cart_of(page).locator("li")).to_have_count(2)
