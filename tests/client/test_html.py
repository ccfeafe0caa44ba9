"""The HTML writers: escaped for where it stands, each asset once, in a stable order."""

from __future__ import annotations

import datetime
import decimal
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tiny_client.errors import PropsError
from tiny_client.html import (
    attributes,
    canonical_json,
    config_script,
    fallback_element,
    head_tags,
    pending_element,
    place_script,
    preload_link,
    script_safe,
    slot_element,
    stylesheet_link,
)
from tiny_client.records import FragmentConfig, RuntimeRef

HOSTILE = "</script><script>alert(1)</script><!--\u2028\u2029\"'&"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Tags(HTMLParser):
    """Collects start tags with their attributes and the text of script elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts[-1] += data


def make_config(**changes) -> FragmentConfig:
    values = {
        "name": "Cart",
        "contract_version": "1.0.0",
        "base_url": "http://registry.test",
        "umd_bundle": "Cart.umd.abc.js",
        "css_bundle": "Cart.css.def.css",
        "release": "r1",
        "integrity": {"Cart.umd.abc.js": "sha384-js", "Cart.css.def.css": "sha384-css"},
        "raw": {"umdBundle": "Cart.umd.abc.js", "cssBundle": "Cart.css.def.css"},
    }
    return FragmentConfig(**{**values, **changes})


def test_canonical_json_does_not_depend_on_the_order_of_keys():
    assert canonical_json({"b": 1, "a": {"d": 2, "c": 3}}) == '{"a":{"c":3,"d":2},"b":1}'


def test_dates_and_decimals_become_strings():
    props = {"at": datetime.date(2026, 5, 1), "price": decimal.Decimal("1.50")}
    assert canonical_json(props) == '{"at":"2026-05-01","price":"1.50"}'


@pytest.mark.parametrize(
    ("props", "names"),
    [
        ({"when": object()}, "when"),
        ({"ratio": float("nan")}, "NaN"),
        ({"deep": [{"x": float("inf")}]}, "infinite"),
        ({"text": "\ud800"}, "text"),
    ],
)
def test_props_without_a_json_form_are_refused_with_the_reason(props, names):
    with pytest.raises(PropsError, match=names):
        canonical_json(props)


def test_a_none_beside_numbers_is_no_nan():
    assert canonical_json({"a": None, "b": 1.5}) == '{"a":null,"b":1.5}'


@given(json_values)
def test_script_safe_json_means_the_same_and_cannot_leave_its_element(value):
    text = script_safe(canonical_json({"value": value}))
    assert json.loads(text) == {"value": value}
    assert not set(text) & set("<>&\u2028\u2029")


# HTML replaces CR and NUL wherever they stand; everything else in an attribute is kept.
@given(
    st.dictionaries(
        st.text("abc", min_size=1),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")),
        max_size=3,
    )
)
def test_attribute_values_come_back_from_a_parser_as_they_went_in(values):
    assert Tags(f"<i{attributes(values)}>").tags[0][1] == values


def test_attributes_leave_out_none_and_write_true_bare():
    assert attributes({"a": None, "b": False, "defer": True, "c": ""}) == ' defer c=""'


def test_stylesheet_has_its_integrity_and_the_cors_mode_that_integrity_needs():
    assert stylesheet_link(make_config()) == (
        '<link rel="stylesheet" href="http://registry.test/tiny/bundle/Cart.css.def.css" '
        'integrity="sha384-css" crossorigin="anonymous">'
    )


def test_bundle_without_integrity_is_preloaded_in_the_mode_of_a_plain_script():
    link = preload_link(make_config(integrity={}), "n1")
    assert "crossorigin" not in link
    assert "integrity" not in link
    assert 'nonce="n1"' in link


def test_config_on_window_has_the_key_and_the_fields_that_the_real_client_reads():
    script = config_script([make_config()], "n1")
    assert script.startswith('<script nonce="n1">window["tinyFrontendCartConfig"]={')
    value = json.loads(script.partition("]=")[2].removesuffix(";</script>"))
    assert value["umdBundle"] == "Cart.umd.abc.js"
    assert value["cssBundle"] == "Cart.css.def.css"
    assert value["api"] == "http://registry.test"


def test_two_contract_versions_of_one_name_have_two_keys():
    script = config_script([make_config(), make_config(contract_version="2.0.0")], None)
    assert 'window["tinyFrontendCartConfig"]' in script
    assert 'window["tinyFrontendCart@2.0.0Config"]' in script


def test_an_inferred_runtime_is_told_to_the_browser():
    config = make_config(runtime=RuntimeRef("react", "19"))
    assert '"runtime":{"name":"react","contractVersion":"19"}' in config_script([config], None)


def test_hostile_metadata_and_names_stay_text_in_the_head():
    config = make_config(name=HOSTILE, raw={"umdBundle": "x.js", "note": HOSTILE})
    page = Tags(head_tags([config], [config], [config], [], "n1"))
    assert [tag for tag, _ in page.tags] == ["style", "link", "link", "script"]
    assert all(values.get("nonce") != "alert" for _, values in page.tags)


def test_hostile_props_and_names_stay_text_in_the_slot():
    props = {"title": HOSTILE}
    slot = slot_element(
        make_config(name=HOSTILE),
        html="<b>ok</b>",
        props_json=canonical_json(props),
        hydrate="load",
        export=HOSTILE,
        id_prefix="t0-",
    )
    page = Tags(slot)
    assert [tag for tag, _ in page.tags] == ["tiny-fragment", "div", "b", "script"]
    assert page.tags[0][1]["name"] == HOSTILE
    assert page.tags[0][1]["export"] == HOSTILE
    assert json.loads(page.scripts[0]) == props


def test_fallback_keeps_its_markup_and_escapes_its_error():
    html = fallback_element("Cart", "1.0.0", Markup("<p>soon</p>"), '"><script>')
    assert html == (
        '<tiny-fragment name="Cart" contract-version="1.0.0" status="fallback" '
        'data-error="&#34;&gt;&lt;script&gt;"><p>soon</p></tiny-fragment>'
    )


def test_hostile_names_stay_text_in_a_place_that_waits_and_so_do_errors():
    page = Tags(pending_element(HOSTILE, "1.0.0", Markup("<i>soon</i>"), 3))
    assert [tag for tag, _ in page.tags] == ["tiny-fragment", "i", "noscript", "a"]
    assert page.tags[0][1]["name"] == HOSTILE
    script = place_script(3, "n1", first=False, error=HOSTILE)
    assert [tag for tag, _ in Tags(script).tags] == ["script"]
    argument = script.partition("tinyPlace(3,")[2].removesuffix(")</script>")
    assert json.loads(argument) == HOSTILE


def test_keys_of_configs_stay_unique_where_a_page_writes_several_scripts():
    taken: set[str] = set()
    first = config_script([make_config()], None, taken)
    second = config_script([make_config(contract_version="2.0.0")], None, taken)
    assert 'window["tinyFrontendCartConfig"]' in first
    assert 'window["tinyFrontendCart@2.0.0Config"]' in second
