"""Where the shop's settings come from."""

from __future__ import annotations

import json

import pytest

from host_app.money import format_price
from host_app.settings import from_environ, secret_key
from host_app.static_files import built_script


def test_settings_are_read_from_the_environment():
    found = from_environ(
        {
            "TINY_API_URL": "http://registry.example",
            "TINY_CACHE_TTL": "0",
            "SHOP_DATABASE": "/data/shop.db",
            "SHOP_SECRET_KEY": "12345",
            "SHOP_CART_MAX_LINES": "5",
            "SHOP_COOKIE_SECURE": "1",
            "TINY_DEPLOY_TOKEN": "not the host's business",
            "HOME": "/root",
        }
    )
    assert found == {
        "TINY_API_URL": "http://registry.example",
        "TINY_CACHE_TTL": 0,
        "SHOP_DATABASE": "/data/shop.db",
        "SHOP_SECRET_KEY": "12345",
        "SHOP_CART_MAX_LINES": 5,
        "SHOP_COOKIE_SECURE": True,
    }


def test_number_that_is_none_is_named():
    with pytest.raises(ValueError, match="SHOP_CART_MAX_LINES must be a whole number, not 'few'"):
        from_environ({"SHOP_CART_MAX_LINES": "few"})


def test_given_settings_win_over_the_environment(make_shop, monkeypatch):
    monkeypatch.setenv("SHOP_CART_MAX_LINES", "5")
    assert make_shop().config["SHOP_CART_MAX_LINES"] == 5
    assert make_shop(SHOP_CART_MAX_LINES=7).config["SHOP_CART_MAX_LINES"] == 7


def test_key_is_made_once_and_kept(tmp_path):
    first = secret_key({}, tmp_path / "instance")
    assert secret_key({}, tmp_path / "instance") == first
    assert secret_key({"SHOP_SECRET_KEY": "given"}, tmp_path) == "given"


def test_cart_survives_a_restart_of_the_shop(make_shop):
    first, second = make_shop().test_client(), make_shop().test_client()
    first.put("/cart", json={"items": [{"id": "bud-vase", "quantity": 3}]})
    cookie = first.get_cookie("shop_session")
    second.set_cookie("shop_session", cookie.value)
    assert "data-cart-count>3<" in second.get("/cart").text


def test_script_of_the_build_stands_in_every_page_before_those_of_fragments(
    shop, visitor, tmp_path
):
    (tmp_path / "built").mkdir()
    entry = {"file": "shop-abc.js", "integrity": "sha384-xyz"}
    (tmp_path / "built" / "manifest.json").write_text(json.dumps({"shop": entry}))
    shop.jinja_env.globals["shop_script"] = built_script(tmp_path)
    for path in ("/", "/about", "/cart", "/products/bud-vase"):
        page = visitor.get(path).text
        assert 'src="/static/built/shop-abc.js" integrity="sha384-xyz"></script>' in page
        script = page[page.index("<script defer") :].split(">")[0]
        assert 'nonce="' in script
        assert "shop-abc" in script
        assert page.count("data-bus-state") == 3
    assert "<script" not in visitor.get("/nowhere").text


def test_script_of_the_build_knows_development(make_shop, tmp_path):
    for setting, expected in ((True, True), (False, False), (None, False)):
        shop = make_shop(SHOP_SECRET_KEY="key", TINY_DEVELOPMENT=setting)
        page = shop.test_client().get("/about").text
        assert (" data-dev>" in page) is expected


def test_shop_without_its_script_is_a_shop_all_the_same(shop, visitor, tmp_path):
    shop.jinja_env.globals["shop_script"] = built_script(tmp_path)
    assert "/static/built/" not in visitor.get("/").text


def test_prices_read_the_same_everywhere():
    assert format_price(0) == "€0.00"
    assert format_price(2405) == "€24.05"
    assert format_price(123456789) == "€1,234,567.89"
    assert format_price(123450, "de") == "1.234,50\u00a0€"
    assert format_price(5, "de") == "0,05\u00a0€"
