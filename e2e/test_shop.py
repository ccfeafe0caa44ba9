"""The cart of the shop: the host owns it, fragments ask for changes, the whole page follows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Watch
from e2e.site import Site
from e2e.test_pages import product_path, wait_until_active

BROKEN_CART = "module.exports = { render() { throw new Error('no cart today') } };"


def cart_lines(page: Page):
    return page.locator("tiny-fragment[name=Cart] li")


def add_product(page: Page) -> str:
    """Press the product page's own button and return the product's name."""
    page.locator("form[data-add-to-cart] button").first.click()
    return page.locator("h1").inner_text()


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
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        name = add_product(page)
        expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)
    assert saved.value.ok
    page.reload()
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)
    expect(page.locator("[data-cart-count]")).to_have_text("1")


@pytest.mark.smoke
def test_cart_survives_a_reload_at_once(page: Page):
    page.goto(product_path(page))
    wait_until_active(page)
    name = add_product(page)
    expect(cart_lines(page)).to_have_count(1)
    # Before the change has been sent: it goes out with the page.
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
    name = add_product(page)
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text(name)


def test_cart_is_emptied_line_by_line(page: Page):
    page.goto("/")
    wait_until_active(page)
    page.locator("tiny-fragment[name=Recommendations] form button").first.click()
    expect(cart_lines(page)).to_have_count(1)
    cart = page.locator("tiny-fragment[name=Cart]")
    cart.get_by_role("button", name="Remove").first.click()
    expect(cart_lines(page)).to_have_count(0)
    expect(page.locator("[data-cart-count]")).to_have_text("0")


def test_prices_are_the_hosts_whatever_a_fragment_says(page: Page):
    page.goto(product_path(page))
    wait_until_active(page)
    price = page.locator(".price-large").inner_text()
    page.locator("form[data-add-to-cart]").first.evaluate("form => form.dataset.priceCents = '1'")
    add_product(page)
    expect(cart_lines(page)).to_contain_text(price)


def test_adding_works_while_the_cart_fragment_is_broken(page: Page, own_site: Site, watch: Watch):
    own_site.deploy("Cart", BROKEN_CART)
    page.goto(product_path(page, own_site.host.url))
    page.goto(own_site.host.url + "/products/ash-glaze-mug")
    slot = page.locator("tiny-fragment[name=Cart]")
    expect(slot).to_have_attribute("status", "fallback")
    page.evaluate("() => window.__same = true")
    page.locator("form[data-add-to-cart] input[type=number]").fill("2")
    add_product(page)
    expect(slot.locator("[data-cart-lines] li")).to_have_text("2 × Ash glaze mug €48.00")
    expect(page.locator("[data-cart-count]")).to_have_text("2")
    expect(page.locator("[data-announcer]")).to_have_text("Ash glaze mug: 2 in the cart.")
    assert page.evaluate("() => window.__same")
    assert watch.problems == []


def test_cart_that_fails_in_the_browser_gives_way_to_the_hosts_own_lines(page: Page):
    page.route("**/tiny/bundle/Cart.*.js", lambda route: route.abort())
    page.goto("/products/ash-glaze-mug")
    slot = page.locator("tiny-fragment[name=Cart]")
    expect(slot).to_have_attribute("status", "failed")
    # What the server wrote is still true.
    expect(slot).to_contain_text("Your cart is empty")
    add_product(page)
    expect(slot.locator("[data-cart-lines] li")).to_have_text("1 × Ash glaze mug €24.00")


def test_full_cart_says_so_to_whoever_asks(page: Page, tmp_path):
    with Site(tmp_path / "small", SHOP_CART_MAX_LINES="1") as site:
        page.goto(site.host.url)
        wait_until_active(page)
        forms = page.locator("form[data-add-to-cart]")
        forms.nth(0).locator("button").click()
        expect(cart_lines(page)).to_have_count(1)
        forms.nth(1).locator("button").click()
        expect(forms.nth(1).get_by_role("alert")).to_contain_text("The cart is full")
        recommendations = page.locator("tiny-fragment[name=Recommendations]")
        recommendations.locator("form button").first.click()
        expect(recommendations.get_by_role("status")).to_contain_text("The cart is full")
        cart = page.locator("tiny-fragment[name=Cart]")
        cart.get_by_role("button", name="Add to cart").click()
        expect(cart.get_by_role("alert")).to_contain_text("The cart is full")
        expect(cart_lines(page)).to_have_count(1)


def test_hosts_own_cart_page_changes_without_a_reload(page: Page, watch: Watch):
    page.goto("/products/ash-glaze-mug")
    add_product(page)
    expect(page.locator("[data-cart-count]")).to_have_text("1")
    page.locator(".site-footer").get_by_role("link", name="Cart").click()
    section = page.locator("[data-cart-page]")
    expect(section.locator("h1")).to_be_visible()
    page.evaluate("() => window.__same = true")
    section.get_by_role("button", name="One more").click()
    expect(section.locator("[data-line-total]")).to_have_text("€48.00")
    expect(section.locator("[data-cart-total]")).to_have_text("€48.00")
    expect(page.locator("[data-cart-count]")).to_have_text("2")
    less = section.get_by_role("button", name="One less")
    less.click()
    expect(section.locator("[data-cart-total]")).to_have_text("€24.00")
    less.click()
    expect(section).to_contain_text("Your cart is empty")
    assert page.evaluate("() => window.__same && document.activeElement.localName") == "h1"
    assert watch.problems == []


@pytest.mark.smoke
def test_cart_page_works_without_javascript(page_without_javascript: Page):
    page = page_without_javascript
    page.goto(product_path(page))
    page.locator("form[data-add-to-cart] button").first.click()
    expect(page.locator(".notice")).to_contain_text("is in your cart")
    page.goto("/cart")
    page.get_by_role("button", name="One more").click()
    expect(page.locator("[data-line-quantity]")).to_have_text("2")
    expect(page.locator("[data-cart-count]")).to_have_text("2")


def test_reviews_sort_and_filter_in_the_browser(page: Page):
    page.goto(product_path(page))
    wait_until_active(page)
    reviews = page.locator("tiny-fragment[name=Reviews]")
    select = reviews.locator("select").first
    select.select_option(label="Lowest rating")
    first = reviews.locator("article, li").first
    expect(first).to_be_visible()
