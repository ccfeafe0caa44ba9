"""The fragments talk to each other: what is put into the cart anywhere shows in Cart."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.test_pages import product_path, wait_until_active


def cart_lines(page: Page):
    return page.locator("tiny-fragment[name=Cart] li")


@pytest.mark.smoke
def test_adding_from_recommendations_changes_the_cart(page: Page):
    page.goto("/")
    wait_until_active(page)
    before = cart_lines(page).count()
    card = page.locator("tiny-fragment[name=Recommendations] form").first
    card.locator("button").click()
    expect(cart_lines(page)).to_have_count(before + 1)


@pytest.mark.smoke
def test_adding_on_the_product_page_changes_the_cart_and_survives_a_reload(page: Page):
    page.goto(product_path(page))
    wait_until_active(page)
    name = page.locator("h1").inner_text()
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.locator("form[data-add-to-cart] button").first.click()
        expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)
    assert saved.value.ok
    page.reload()
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)


def test_a_click_before_the_cart_is_alive_is_not_lost(page: Page):
    page.goto(product_path(page))
    path = page.url
    # The cart's bundle takes its time.
    page.route(
        "**/tiny/bundle/Cart.*.js", lambda route: (page.wait_for_timeout(700), route.continue_())
    )
    page.goto(path, wait_until="domcontentloaded")
    name = page.locator("h1").inner_text()
    page.locator("form[data-add-to-cart] button").first.click()
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)


def test_cart_is_emptied_line_by_line(page: Page):
    page.goto("/")
    wait_until_active(page)
    page.locator("tiny-fragment[name=Recommendations] form button").first.click()
    expect(cart_lines(page)).to_have_count(1)
    cart = page.locator("tiny-fragment[name=Cart]")
    cart.get_by_role("button", name="Remove").first.click()
    expect(cart_lines(page)).to_have_count(0)


def test_reviews_sort_and_filter_in_the_browser(page: Page):
    page.goto(product_path(page))
    wait_until_active(page)
    reviews = page.locator("tiny-fragment[name=Reviews]")
    select = reviews.locator("select").first
    select.select_option(label="Lowest rating")
    first = reviews.locator("article, li").first
    expect(first).to_be_visible()
