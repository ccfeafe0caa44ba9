"""Login, theme and language: every fragment follows without a reload, and no script is needed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import WIDTHS, Watch
from e2e.test_pages import wait_until_active

PRODUCT = "/products/ash-glaze-mug"


def open_menu(page: Page) -> None:
    menu = page.locator("details.account")
    if menu.get_attribute("open") is None:
        menu.locator("summary").click()


def choose(page: Page, name: str, value: str) -> None:
    """Press one of the buttons of theme or locale."""
    open_menu(page)
    page.locator(f"button[name={name}][value={value}]").click()


def log_in(page: Page, name: str) -> None:
    open_menu(page)
    page.locator("input[name=name]").fill(name)
    page.locator("form[action='/login'] button").click()


def expect_logged_in(page: Page, name: str) -> None:
    expect(page.locator("summary [data-user-name]")).to_have_text(name)


def expect_logged_out(page: Page) -> None:
    expect(page.locator("summary [data-signed-out]")).to_be_visible()
    expect(page.locator("summary [data-user-name]")).to_have_text("")


def expect_everything_in(page: Page, locale: str) -> None:
    """Expect the host and each fragment of a product page to speak that language."""
    german = locale == "de"
    price = "24,00 €" if german else "€24.00"
    expect(page.locator("html")).to_have_attribute("lang", locale)
    expect(page.locator(".price-large")).to_have_text(price)
    expect(page.locator(".site-nav")).to_contain_text("Über uns" if german else "About")
    cart = page.locator("tiny-fragment[name=Cart]")
    expect(cart).to_contain_text("Ihr Warenkorb" if german else "Your cart")
    reviews = page.locator("tiny-fragment[name=Reviews]")
    expect(reviews).to_contain_text("Bewertungen" if german else "Reviews")
    recommendations = page.locator("tiny-fragment[name=Recommendations]")
    expect(recommendations).to_contain_text("Passt gut dazu" if german else "Goes well with it")
    expect(recommendations.locator("form button").first).to_have_text(
        "In den Warenkorb" if german else "Add to cart"
    )
    for name in ("Cart", "Reviews", "Recommendations"):
        section = page.locator(f"tiny-fragment[name={name}] section")
        expect(section).to_have_attribute("lang", locale)


def background(page: Page, selector: str) -> str:
    return page.locator(selector).first.evaluate("(e) => getComputedStyle(e).backgroundColor")


@pytest.mark.smoke
def test_every_fragment_follows_the_language_without_a_reload(page: Page, watch: Watch):
    page.goto(PRODUCT)
    wait_until_active(page)
    expect_everything_in(page, "en")
    page.evaluate("() => window.__same = true")
    choose(page, "locale", "de")
    expect_everything_in(page, "de")
    expect(page).to_have_title("Ash glaze mug – Oat & Ash")
    choose(page, "locale", "en")
    expect_everything_in(page, "en")
    choose(page, "locale", "de")
    expect_everything_in(page, "de")
    assert page.evaluate("() => window.__same")
    # The server says the same, and hydrating it changes nothing.
    page.reload()
    wait_until_active(page)
    expect_everything_in(page, "de")
    assert watch.problems == []
    assert watch.violations() == []


@pytest.mark.smoke
def test_every_fragment_follows_the_theme_without_a_reload(page: Page, watch: Watch):
    page.emulate_media(color_scheme="light")
    page.goto(PRODUCT)
    wait_until_active(page)
    places = ["body", "tiny-fragment[name=Cart] section", "tiny-fragment[name=Reviews] section"]
    places.append("tiny-fragment[name=Recommendations] li")
    light = [background(page, place) for place in places]
    choose(page, "theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = [background(page, place) for place in places]
    assert all(before != after for before, after in zip(light, dark, strict=True))
    page.reload()
    assert [background(page, place) for place in places] == dark
    choose(page, "theme", "system")
    expect(page.locator("html")).to_have_attribute("data-theme", "system")
    assert [background(page, place) for place in places] == light
    page.emulate_media(color_scheme="dark")
    assert [background(page, place) for place in places] == dark
    choose(page, "theme", "light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert [background(page, place) for place in places] == light
    assert watch.problems == []


@pytest.mark.smoke
def test_login_and_logout_are_followed_without_a_reload(page: Page, watch: Watch):
    page.goto(PRODUCT)
    wait_until_active(page)
    reviews = page.locator("tiny-fragment[name=Reviews]")
    expect(reviews).to_contain_text("Log in, and your review carries your name.")
    page.evaluate("() => window.__same = true")
    log_in(page, "Mira")
    expect_logged_in(page, "Mira")
    expect(reviews).to_contain_text("You would write your review as Mira.")
    expect(page.locator("[data-announcer]")).to_have_text("Hello, Mira. You are logged in.")
    expect(page.locator("summary.account-button")).to_be_focused()
    page.reload()
    expect_logged_in(page, "Mira")
    open_menu(page)
    page.locator("form[action='/logout'] button").click()
    expect_logged_out(page)
    wait_until_active(page)
    expect(reviews).to_contain_text("Log in, and your review carries your name.")
    assert watch.problems == []


def test_menu_closes_as_menus_do(page: Page):
    page.goto("/about")
    menu = page.locator("details.account")
    open_menu(page)
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    open_menu(page)
    page.locator("h1").click()
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.smoke
def test_login_and_preferences_work_without_javascript(page_without_javascript: Page):
    page = page_without_javascript
    page.goto(PRODUCT)
    log_in(page, "Mira")
    expect_logged_in(page, "Mira")
    assert page.url.endswith(PRODUCT)
    expect(page.locator("tiny-fragment[name=Reviews]")).to_contain_text("as Mira")
    choose(page, "locale", "de")
    expect_everything_in(page, "de")
    choose(page, "theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    open_menu(page)
    page.locator("form[action='/logout'] button").click()
    expect_logged_out(page)


@pytest.mark.smoke
@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("screen", list(WIDTHS))
def test_header_and_its_menu_are_accessible_and_fit(page: Page, axe_source, screen, locale):
    page.set_viewport_size({"width": WIDTHS[screen], "height": 900})
    page.emulate_media(reduced_motion="reduce")
    page.goto(PRODUCT)
    wait_until_active(page)
    choose(page, "locale", locale)
    for theme in ("dark", "light"):
        choose(page, "theme", theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        open_menu(page)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(axe_source)
        result = page.evaluate("() => axe.run()")
        serious = [
            f"{violation['id']}: {[node['html'] for node in violation['nodes']]}"
            for violation in result["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
        assert serious == []
    header = page.locator(".site-header")
    # One calm line, whatever the language.
    assert header.evaluate("(e) => e.offsetHeight") <= 66
