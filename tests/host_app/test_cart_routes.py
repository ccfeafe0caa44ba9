"""The cart over HTTP: forms without a script, JSON with one, and what neither may do."""

from __future__ import annotations

import pytest

VASE = {"id": "bud-vase", "quantity": 2}
ORIGIN = "http://localhost"


def put(visitor, body, **options):
    return visitor.put("/cart", json=body, **options)


def shown(visitor):
    """Return the number in the header."""
    text = visitor.get("/cart").text
    return int(text.split("data-cart-count>")[1].split("<")[0])


def test_form_adds_to_the_cart_and_leads_back_to_its_page(visitor):
    answer = visitor.post(
        "/cart/items",
        data={"id": "bud-vase", "quantity": "2"},
        headers={"Referer": f"{ORIGIN}/products/bud-vase?from=home"},
    )
    assert answer.status_code == 303
    assert answer.location == "/products/bud-vase?from=home"
    page = visitor.get("/products/bud-vase").text
    assert "Bud vase is in your cart." in page
    assert "data-cart-count>2<" in page
    assert "Bud vase is in your cart." not in visitor.get("/products/bud-vase").text


@pytest.mark.parametrize(
    "referer",
    [
        None,
        "",
        "http://evil.example/products/bud-vase",
        "http://localhost//evil.example",
        "http://localhost/\\evil.example",
        "javascript:alert(1)",
        "http://localhost.evil.example/x",
    ],
)
def test_form_never_leads_to_another_site(visitor, referer):
    headers = {} if referer is None else {"Referer": referer}
    answer = visitor.post("/cart/items", data={"id": "bud-vase"}, headers=headers)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_negative_quantity_takes_away_and_zero_removes_the_line(visitor):
    put(visitor, {"items": [VASE]})
    visitor.post("/cart/items", data={"id": "bud-vase", "quantity": "-1"})
    assert shown(visitor) == 1
    visitor.post("/cart/items", data={"id": "bud-vase", "quantity": "-5"})
    assert shown(visitor) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": "unknown"},
        {"id": "bud-vase\x00"},
        {"id": "bud-vase", "quantity": ""},
        {"id": "bud-vase", "quantity": "0"},
        {"id": "bud-vase", "quantity": "1.5"},
        {"id": "bud-vase", "quantity": "many"},
        {"id": "bud-vase", "quantity": "²"},
        {"id": "bud-vase", "quantity": "100"},
        {"id": "bud-vase", "quantity": "-100"},
        {"id": "bud-vase", "quantity": "9" * 5000},
    ],
)
def test_form_with_odd_fields_is_refused_and_changes_nothing(visitor, fields):
    assert visitor.post("/cart/items", data=fields).status_code == 400
    assert shown(visitor) == 0


def test_quantity_stays_within_its_limit(visitor):
    put(visitor, {"items": [{"id": "bud-vase", "quantity": 98}]})
    visitor.post("/cart/items", data={"id": "bud-vase", "quantity": "50"})
    assert shown(visitor) == 99


def test_full_cart_says_so_and_stays_as_it_is(make_shop):
    visitor = make_shop(SHOP_SECRET_KEY="key", SHOP_CART_MAX_LINES=1).test_client()
    visitor.post("/cart/items", data={"id": "bud-vase"})
    visitor.post("/cart/items", data={"id": "salt-cellar"})
    page = visitor.get("/cart").text
    assert "The cart is full" in page
    assert "Salt cellar" not in page


def test_script_saves_the_cart_and_a_new_page_shows_it(visitor):
    answer = put(visitor, {"items": [VASE, {"id": "salt-cellar", "quantity": 1}]})
    assert answer.status_code == 200
    assert answer.get_json() == {
        "items": [
            {"id": "bud-vase", "name": "Bud vase", "priceCents": 2600, "quantity": 2},
            {"id": "salt-cellar", "name": "Salt cellar", "priceCents": 2200, "quantity": 1},
        ]
    }
    page = visitor.get("/cart").text
    assert page.index("Bud vase") < page.index("Salt cellar")
    assert "€74.00" in page


def test_empty_cart_can_be_saved(visitor):
    put(visitor, {"items": [VASE]})
    assert put(visitor, {"items": []}).status_code == 200
    assert shown(visitor) == 0


def test_price_and_name_of_the_browser_are_ignored(visitor):
    put(visitor, {"items": [{**VASE, "priceCents": 1, "name": "Free vase"}], "totalCents": 2})
    page = visitor.get("/cart").text
    assert "€52.00" in page
    assert "Free vase" not in page


@pytest.mark.parametrize(
    "body",
    [
        [],
        "items",
        {},
        {"items": None},
        {"items": {"id": "bud-vase"}},
        {"items": ["bud-vase"]},
        {"items": [{"id": "bud-vase"}]},
        {"items": [{"quantity": 1}]},
        {"items": [{"id": ["bud-vase"], "quantity": 1}]},
        {"items": [{"id": "unknown", "quantity": 1}]},
        {"items": [{"id": "\ud800", "quantity": 1}]},
        {"items": [{"id": "bud-vase", "quantity": 0}]},
        {"items": [{"id": "bud-vase", "quantity": -1}]},
        {"items": [{"id": "bud-vase", "quantity": 100}]},
        {"items": [{"id": "bud-vase", "quantity": 1.0}]},
        {"items": [{"id": "bud-vase", "quantity": "1"}]},
        {"items": [{"id": "bud-vase", "quantity": True}]},
        {"items": [VASE, VASE]},
        {"items": [VASE] * 21},
    ],
)
def test_odd_json_is_refused_with_a_reason_and_changes_nothing(visitor, body):
    answer = put(visitor, body)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == 400
    assert problem["detail"]
    assert shown(visitor) == 0


@pytest.mark.parametrize(
    "text",
    ["", "null", "{", "\xff", '{"items": NaN}', "[" * 8000, '{"items": [' + "9" * 8000 + "]}"],
)
def test_what_is_no_json_is_refused(visitor, text):
    answer = visitor.put("/cart", data=text.encode("latin-1"), content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_other_media_types_are_refused(visitor, kind):
    answer = visitor.put("/cart", data='{"items": []}', content_type=kind)
    assert answer.status_code == 415
    assert answer.mimetype == "application/problem+json"


def test_body_over_the_limit_is_refused(visitor):
    answer = put(visitor, {"items": [], "padding": "x" * 20_000})
    assert answer.status_code == 413
    assert answer.get_json()["status"] == 413
    assert visitor.post("/cart/items", data={"id": "x" * 20_000}).status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
    ],
)
def test_other_sites_cannot_change_the_cart(visitor, headers):
    assert put(visitor, {"items": [VASE]}, headers=headers).status_code == 403
    assert visitor.post("/cart/items", data={"id": "bud-vase"}, headers=headers).status_code == 403
    assert shown(visitor) == 0


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}, {"Origin": ORIGIN}, {}],
)
def test_own_pages_and_tools_can_change_the_cart(visitor, headers):
    assert put(visitor, {"items": [VASE]}, headers=headers).status_code == 200


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor, make_shop):
    cookie = put(visitor, {"items": [VASE]}).headers["Set-Cookie"]
    assert cookie.startswith("shop_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    https = make_shop(SHOP_SECRET_KEY="key", SHOP_COOKIE_SECURE=True).test_client()
    assert "Secure" in put(https, {"items": [VASE]}).headers["Set-Cookie"]


def test_forged_session_is_an_empty_cart(visitor):
    visitor.set_cookie("shop_session", "eyJjYXJ0IjpbWyJidWQtdmFzZSIsMl1dfQ.aaaaaa.forged")
    assert shown(visitor) == 0


def test_fullest_cart_fits_into_a_cookie(visitor, shop):
    ids = [line.split('"')[0] for line in visitor.get("/").text.split('name="id" value="')[1:]]
    cookie = put(visitor, {"items": [{"id": i, "quantity": 99} for i in ids]}).headers["Set-Cookie"]
    assert len(cookie) < 1500
