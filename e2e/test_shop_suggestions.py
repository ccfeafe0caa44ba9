"""One fragment asks another: the cart shows what Recommendations says goes well with it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import Watch
from e2e.site import Site
from e2e.test_pages import wait_until_active

REGISTER = "(globalThis.tinyFrontendExports ??= {}).Recommendations = "
SILENT = f"""{REGISTER} {{
  render: () => "<p>silent</p>",
  mount(element, props, {{ bus }}) {{
    bus.respond("recommendations:for-cart", () => new Promise(() => {{}}));
    bus.publish("recommendations:ready", {{}});
    element.querySelector("p").textContent = "never answers";
  }},
}};
"""
ABSENT = f"{REGISTER} {{ render: () => '<p>nothing to say</p>' }};"


@pytest.mark.smoke
@pytest.mark.parametrize("path", ["/", "/products/ash-glaze-mug"])
def test_cart_offers_what_goes_well_with_it(page: Page, watch: Watch, path):
    page.goto(path)
    wait_until_active(page)
    page.locator("form[data-add-to-cart] button").first.click()
    cart = page.locator("tiny-fragment[name=Cart]")
    expect(cart).to_contain_text("Goes well with")
    offer = cart.get_by_role("button", name="Add to cart")
    name = str(offer.get_attribute("aria-label")).removeprefix("Add to cart: ")
    offer.click()
    expect(cart.locator("li")).to_have_count(2)
    expect(cart.locator("li").last).to_contain_text(name)
    expect(offer.filter(has_text=name)).to_have_count(0)
    assert watch.problems == []


def test_offer_is_there_for_a_cart_that_was_filled_before(page: Page):
    page.goto("/products/ash-glaze-mug")
    page.locator("form[data-add-to-cart] button").first.click()
    expect(page.locator("[data-cart-count]")).to_have_text("1")
    page.goto("/")
    expect(page.locator("tiny-fragment[name=Cart]")).to_contain_text("Goes well with Ash glaze mug")


@pytest.mark.parametrize(("other", "text"), [(ABSENT, "nothing to say"), (SILENT, "never answers")])
def test_cart_offers_nothing_where_nobody_answers(
    page: Page, own_site: Site, watch: Watch, other, text
):
    own_site.deploy("Recommendations", other)
    page.goto(own_site.host.url + "/products/ash-glaze-mug")
    wait_until_active(page)
    expect(page.locator("tiny-fragment[name=Recommendations]")).to_contain_text(text)
    page.locator("form[data-add-to-cart] button").first.click()
    cart = page.locator("tiny-fragment[name=Cart]")
    expect(cart.locator("li")).to_have_count(1)
    # Longer than the cart waits for an answer.
    page.wait_for_timeout(2000)
    expect(cart).not_to_contain_text("Goes well with")
    assert watch.problems == []
