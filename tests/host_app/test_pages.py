"""Every page is whole, with fragments and without."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from host_app.catalogue import all_products, reviews_of
from host_app.database import connection
from tiny_client.testing import FakeRegistry


@pytest.mark.parametrize(
    ("path", "fallbacks"),
    [
        ("/", ["Recommendations", "Cart"]),
        ("/products/bud-vase", ["Reviews", "Recommendations", "Cart"]),
    ],
)
def test_page_is_whole_while_every_fragment_fails(visitor, path, fallbacks):
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert answer.text.rstrip().endswith("</html>")
    slots = re.findall(r"<tiny-fragment[^>]*>", answer.text)
    assert [re.search(r' name="(\w+)"', slot)[1] for slot in slots] == fallbacks
    assert all('status="fallback"' in slot for slot in slots)
    assert "The cart is taking a break" in answer.text
    assert "add-to-cart" in answer.text


def test_fallbacks_say_what_the_host_knows_itself(visitor):
    visitor.post("/cart/items", data={"id": "bud-vase", "quantity": "2"})
    text = visitor.get("/products/bud-vase").text
    assert "2 × Bud vase" in text
    assert "€52.00" in text
    assert "5 people gave Bud vase 4.6 of 5 stars" in text
    assert '<a href="/products/' in visitor.get("/").text


def test_home_shows_every_product_with_picture_price_and_form(visitor, shop):
    text = visitor.get("/").text
    with shop.app_context():
        products = all_products(connection())
    assert len(products) == 12
    for product in products:
        assert f'href="/products/{product.id}"' in text
        assert product.picture in text
        assert f'name="id" value="{product.id}"' in text
    assert text.count("data-add-to-cart") == 12


def test_product_page_shows_what_one_decides_by(visitor):
    text = visitor.get("/products/stoneware-teapot").text
    assert ">Stoneware teapot – Oat &amp; Ash</title>" in text
    assert "€78.00" in text
    assert "Four cups, no drips." in text
    assert "sharpened at the lip" in text
    assert 'name="quantity"' in text


@pytest.mark.parametrize(
    "path", ["/products/unknown", "/products/%00", "/products/%FF", "/nowhere"]
)
def test_unknown_address_is_a_page_with_a_way_back(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "We could not find that page" in answer.text
    assert 'href="/"' in answer.text


def test_broken_shop_answers_with_its_error_page(make_shop, tmp_path):
    shop = make_shop(SHOP_SECRET_KEY="key")
    (tmp_path / "shop.db").unlink()
    answer = shop.test_client().get("/")
    assert answer.status_code == 500
    assert "Something broke in the kiln" in answer.text
    assert "OperationalError" not in answer.text


def test_wrong_method_names_the_right_ones(visitor):
    answer = visitor.post("/about")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_about_has_no_fragment_and_only_the_shops_own_script(visitor):
    text = visitor.get("/about").text
    assert text.count("<script") == text.count("data-bus-state") + text.count("/static/built/shop-")
    assert "tiny-fragment" not in text
    assert "/tiny/" not in text
    assert "preload" not in text


@pytest.mark.parametrize("path", ["/", "/products/bud-vase", "/about", "/cart", "/nowhere"])
def test_page_is_sound_html_for_people_and_machines(visitor, path):
    text = visitor.get(path).text
    assert '<html lang="en" data-theme="system">' in text
    assert text.count("<h1") == 1
    assert text.count("<main") == 1
    assert "</title>" in text
    assert '<meta name="description" content="' in text
    assert 'class="skip-link" href="#main"' in text
    assert " style=" not in text
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/", "/about", "/nowhere"])
def test_page_carries_the_headers_that_protect_it(visitor, path):
    headers = visitor.get(path).headers
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("script-src")[1][:60]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("path", ["/", "/products/bud-vase", "/about", "/cart"])
def test_page_with_somebodys_cart_is_kept_by_no_cache(visitor, path):
    assert visitor.get(path).headers["Cache-Control"] == "private, no-store"


def test_static_file_with_its_hash_is_kept_for_a_year(visitor):
    address = re.search(r'href="(/static/shop\.css\?v=[0-9a-f]+)"', visitor.get("/about").text)[1]
    with visitor.get(address) as kept, visitor.get("/static/shop.css") as asked_again:
        assert "immutable" in kept.headers["Cache-Control"]
        assert "immutable" not in asked_again.headers["Cache-Control"]


def test_every_product_has_reviews_with_different_opinions(shop):
    with shop.app_context():
        for product in all_products(connection()):
            reviews = reviews_of(connection(), product.id)
            assert 4 <= len(reviews) <= 9
            assert len({review.rating for review in reviews}) > 1
            assert [r.created_at for r in reviews] == sorted(
                (r.created_at for r in reviews), reverse=True
            )


def test_fragment_gets_the_props_that_its_team_agreed_on(make_shop):
    echo = "module.exports = { render: (props) => '<pre>' + Object.keys(props).sort() + '</pre>' };"
    plain = {"runtime": {"name": "plain", "contractVersion": "1"}}
    with FakeRegistry() as registry:
        for name in ("Cart", "Recommendations", "Reviews"):
            registry.deploy(name, "1.0.0", umd=echo, metadata=plain)
        visitor = make_shop(SHOP_SECRET_KEY="key", TINY_API_URL=registry.url).test_client()
        home = visitor.get("/").text
        product = visitor.get("/products/bud-vase").text
    assert "<pre>cartUrl,currency,items,locale</pre>" in home
    assert "<pre>cartUrl,currency,heading,locale,products</pre>" in home
    assert "<pre>locale,productId,productName,reviews,userName</pre>" in product
    assert 'status="fallback"' not in home + product
