"""Login, logout and preferences over HTTP: forms without a script, JSON with one."""

from __future__ import annotations

import re

import pytest

ORIGIN = "http://localhost"
JSON = {"Accept": "application/json"}


def shows_login(page):
    """Say whether the login form is the one that is shown."""
    form = re.search(r'<form[^>]*action="/login"[^>]*>', page)[0]
    return not form.endswith("hidden>")


def test_login_leads_back_to_its_page_which_knows_the_name(visitor):
    answer = visitor.post(
        "/login", data={"name": "  Mira   K. "}, headers={"Referer": f"{ORIGIN}/products/bud-vase"}
    )
    assert answer.status_code == 303
    assert answer.location == "/products/bud-vase"
    page = visitor.get("/about").text
    assert "<strong data-user-name>Mira K.</strong>" in page
    assert not shows_login(page)


def test_logout_forgets_the_name_and_keeps_the_cart(visitor):
    visitor.post("/cart/items", data={"id": "bud-vase"})
    visitor.post("/login", data={"name": "Mira"})
    assert visitor.post("/logout").status_code == 303
    page = visitor.get("/cart").text
    assert shows_login(page)
    assert "Mira" not in page
    assert "data-cart-count>1<" in page


@pytest.mark.parametrize("name", [None, "", "   ", "x" * 41, "a\x00b", "\u202eevil", "a\u0007"])
def test_name_that_is_none_is_refused(visitor, name):
    answer = visitor.post("/login", data={} if name is None else {"name": name})
    assert answer.status_code == 400
    assert shows_login(visitor.get("/about").text)


def test_name_that_looks_like_markup_stays_text(visitor):
    visitor.post("/login", data={"name": "</script><b>"})
    page = visitor.get("/products/bud-vase").text
    assert "&lt;/script&gt;&lt;b&gt;" in page
    assert "</script><b>" not in page


def test_preferences_are_rendered_from_the_first_byte_on(visitor):
    assert visitor.post("/preferences", data={"locale": "de"}).status_code == 303
    assert visitor.post("/preferences", data={"theme": "dark"}).location == "/"
    visitor.post("/cart/items", data={"id": "bud-vase"})
    page = visitor.get("/cart").text
    assert '<html lang="de" data-theme="dark">' in page
    assert 'content="#181714" data-theme-color="dark" media="all"' in page
    assert 'content="#faf7f1" data-theme-color="light" media="not all"' in page
    assert "Bud vase liegt in Ihrem Warenkorb." in page
    assert "26,00\u00a0€" in page
    assert "Your cart" not in page
    error = visitor.get("/nowhere").text
    assert '<html lang="de" data-theme="dark">' in error
    assert "Diese Seite haben wir nicht gefunden" in error


def test_language_is_the_browsers_until_one_is_chosen(visitor):
    german = {"Accept-Language": "fr, de-AT;q=0.9, de;q=0.8, en;q=0.5"}
    assert '<html lang="de"' in visitor.get("/about", headers=german).text
    visitor.post("/preferences", data={"locale": "en"}, headers=german)
    assert '<html lang="en"' in visitor.get("/about", headers=german).text


@pytest.mark.parametrize(
    "fields", [{"theme": "pink"}, {"locale": "fr"}, {"theme": "dark", "locale": ""}]
)
def test_preference_that_there_is_not_is_refused(visitor, fields):
    assert visitor.post("/preferences", data=fields).status_code == 400
    assert '<html lang="en" data-theme="system">' in visitor.get("/about").text


@pytest.mark.parametrize("cookie", ["", "dark", "dark.fr", "pink.de", "dark.de.x", "%00"])
def test_cookie_of_other_preferences_is_none(visitor, cookie):
    visitor.set_cookie("shop_preferences", cookie)
    assert '<html lang="en" data-theme="system">' in visitor.get("/about").text


def test_script_gets_the_state_instead_of_a_redirect(visitor):
    visitor.post("/cart/items", data={"id": "bud-vase", "quantity": "2"})
    assert visitor.post("/login", data={"name": "Mira"}, headers=JSON).status_code == 200
    answer = visitor.post("/preferences", data={"theme": "light", "locale": "de"}, headers=JSON)
    state = answer.get_json()
    assert state["shop:session"] == {"user": {"id": "mira", "name": "Mira"}}
    assert state["shop:preferences"] == {"theme": "light", "locale": "de"}
    assert [item["quantity"] for item in state["shop:cart"]["items"]] == [2]
    again = visitor.get("/visitor")
    assert again.get_json() == state
    assert again.headers["Cache-Control"] == "private, no-store"
    refused = visitor.post("/login", headers=JSON)
    assert refused.status_code == 400
    assert refused.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/login", "/logout", "/preferences"])
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}],
)
def test_other_sites_cannot_change_the_visitor(visitor, path, headers):
    fields = {"name": "Mallory", "theme": "dark"}
    assert visitor.post(path, data=fields, headers=headers).status_code == 403
    page = visitor.get("/about").text
    assert "Mallory" not in page
    assert 'data-theme="system"' in page


def test_cookie_of_preferences_lasts_and_is_out_of_reach_of_scripts(visitor, make_shop):
    cookie = visitor.post("/preferences", data={"theme": "dark"}).headers["Set-Cookie"]
    assert cookie.startswith("shop_preferences=dark.en;")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=31536000" in cookie
    https = make_shop(SHOP_SECRET_KEY="key", SHOP_COOKIE_SECURE=True).test_client()
    assert "Secure" in https.post("/preferences", data={"theme": "dark"}).headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/", "/about", "/cart"])
def test_pages_begin_with_the_state_that_the_visitor_has(visitor, path):
    visitor.post("/login", data={"name": "Mira"})
    page = visitor.get(path).text
    assert '{"shop:session":{"user":{"id":"mira","name":"Mira"}}}' in page
