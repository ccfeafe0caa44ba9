"""The Flask extension on a fake registry with the real engine."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import replace

import pytest
from flask import Flask

from tests.client.conftest import GREETING, PLAIN
from tiny_client import TinyFrontends
from tiny_client.assets import Asset, packaged_assets
from tiny_client.errors import ConfigurationError, PropsError

HEAD = "<head>{{ fragment_head() }}</head>"


def test_page_has_the_fragment_its_props_and_its_head_tags(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, css="p{color:red}", metadata=PLAIN)
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="<Ann>") }}'})
    answer = app.test_client().get("/home")
    assert answer.status_code == 200
    assert answer.is_streamed
    assert "<p>Hello <Ann></p>" in answer.text
    assert '"name":"\\u003cAnn\\u003e"' in answer.text
    assert f'<link rel="stylesheet" href="{registry.url}/tiny/bundle/' in answer.text
    assert 'window["tinyFrontendGreetingConfig"]=' in answer.text
    assert 'window["tinyFrontendplainConfig"]=' in answer.text


def test_policy_has_the_nonce_of_the_inline_scripts(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app(
        {"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}{{ csp_nonce() }}'}
    )
    answer = app.test_client().get("/home")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {nonce[1]}
    assert answer.text.endswith(nonce[1])
    assert "no-cache" in answer.headers["Cache-Control"]


def scripts_of(app) -> str:
    return app.test_client().get("/home").text.partition("</head>")[0]


@pytest.fixture
def make_home(make_app, registry):
    """Return a function that makes an app with one page of one fragment and these settings."""
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    template = HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}'
    return lambda **settings: make_app({"home": template}, **settings)


@pytest.fixture
def inspector(monkeypatch) -> str:
    """Let the package have been built with an inspector; return its address."""
    built = replace(packaged_assets(), inspector=Asset("inspector-1.js", "sha384-x"))
    monkeypatch.setattr("tiny_client.client.packaged_assets", lambda: built)
    return '<script src="/tiny/assets/inspector-1.js" integrity="sha384-x" type="module"'


def test_production_page_has_a_strict_bus_and_no_inspector(make_home, inspector):
    head = scripts_of(make_home())
    assert 'async data-app-id="shop" nonce=' in head
    assert inspector not in head


def test_packaged_bus_is_told_what_it_retains(make_home):
    head = scripts_of(make_home(TINY_BUS_RETAIN={"cart:*": 1}))
    assert 'data-retain="{&#34;cart:*&#34;:1}"' in head


def test_development_page_has_an_open_bus_and_the_inspector(make_home, inspector):
    head = scripts_of(make_home(TINY_DEVELOPMENT=True))
    assert 'async data-app-id="shop" data-dev nonce=' in head
    assert inspector in head


@pytest.mark.parametrize(("setting", "shown"), [(None, True), (False, False)])
def test_development_is_debug_mode_unless_the_setting_says_otherwise(
    make_home, inspector, monkeypatch, setting, shown
):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    head = scripts_of(make_home(TINY_DEVELOPMENT=setting))
    assert ("data-dev" in head) is shown
    assert (inspector in head) is shown


def test_host_with_a_bus_of_its_own_gets_the_inspector_in_development(make_home, inspector):
    head = scripts_of(make_home(TINY_BUS=False, TINY_DEVELOPMENT=True))
    assert "data-app-id" not in head
    assert inspector in head


def test_package_that_was_built_without_an_inspector_serves_pages_all_the_same(
    make_home, monkeypatch
):
    built = replace(packaged_assets(), inspector=None)
    monkeypatch.setattr("tiny_client.client.packaged_assets", lambda: built)
    assert "inspector" not in scripts_of(make_home(TINY_DEVELOPMENT=True))


def test_bus_state_stands_in_the_page_with_its_nonce_and_cannot_leave_its_element(make_app):
    template = (
        '{{ bus_state("shop:cart", {"note": "</script><!--", "count": 2}) }}{{ csp_nonce() }}'
    )
    text = make_app({"about": template}).test_client().get("/about").text
    element, _, nonce = text.rpartition("</script>")
    opening, _, content = element.partition(">")
    assert opening == f'<script type="application/json" data-bus-state nonce="{nonce}"'
    assert json.loads(content) == {"shop:cart": {"count": 2, "note": "</script><!--"}}
    assert "<" not in content


def test_page_without_a_fragment_has_no_asset(make_app):
    app = make_app({"about": HEAD + "<p>About</p>"})
    assert app.test_client().get("/about").text == "<head></head><p>About</p>"


def test_each_asset_stands_once_however_many_slots_use_it(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, css="p{}", metadata=PLAIN)
    slot = '{{ fragment("Greeting", "1.0.0", name="x") }}'
    text = make_app({"home": HEAD + slot * 3}).test_client().get("/home").text
    assert text.count("<tiny-fragment") == 3
    assert text.count('rel="stylesheet"') == 1
    assert text.count('rel="preload"') == 2
    assert text.count("tinyFrontendGreetingConfig") == 1
    assert re.findall(r'id-prefix="([^"]+)"', text) == ["t0-", "t1-", "t2-"]


def test_only_what_hydrates_at_once_is_preloaded_and_what_never_does_brings_no_script(
    make_app, registry
):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, css="p{}", metadata=PLAIN)
    app = make_app(
        {
            "later": HEAD + '{{ fragment("Greeting", "1.0.0", name="x", hydrate="visible") }}',
            "never": HEAD + '{{ fragment("Greeting", "1.0.0", name="x", hydrate="never") }}',
        }
    )
    later = app.test_client().get("/later").text
    assert "preload" not in later
    assert "tinyFrontendGreetingConfig" in later
    never = app.test_client().get("/never").text
    assert "<script nonce=" not in never
    assert 'rel="stylesheet"' in never


def test_export_takes_another_component_of_the_bundle(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", export="Small", name="x") }}'})
    text = app.test_client().get("/home").text
    assert "<small>x</small>" in text
    assert 'export="Small"' in text


def test_name_and_contract_version_may_be_given_by_keyword(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    template = HEAD + '{{ fragment(name="Greeting", contract_version="1.0.0") }}'
    assert "<p>Hello undefined</p>" in make_app({"home": template}).test_client().get("/home").text


def test_failed_fragment_shows_its_escaped_fallback_and_the_page_stays_whole(make_app):
    app = make_app(
        {"home": HEAD + '{{ fragment("Nothing", "1.0.0", fallback="<soon>") }}<footer></footer>'}
    )
    text = app.test_client().get("/home").text
    assert 'status="fallback">&lt;soon&gt;</tiny-fragment><footer></footer>' in text
    assert "data-error" not in text


def test_block_form_gives_an_html_fallback(make_app):
    template = '{% call fragment_fallback("Nothing", "1.0.0", a=1) %}<p>{{ "<" }}</p>{% endcall %}'
    text = make_app({"home": HEAD + template}).test_client().get("/home").text
    assert 'status="fallback"><p>&lt;</p></tiny-fragment>' in text


def test_errors_are_shown_in_the_page_where_the_setting_says_so(make_app):
    app = make_app({"home": HEAD + '{{ fragment("Nothing", "1.0.0") }}'}, TINY_SHOW_ERRORS=True)
    assert 'data-error="Cannot load fragment' in app.test_client().get("/home").text


def test_throwing_fragment_shows_its_fallback_beside_a_working_one(make_app, registry):
    broken = "module.exports = () => { throw new Error('broken') }"
    registry.deploy("Broken", "1.0.0", umd=broken, metadata=PLAIN)
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app(
        {
            "home": HEAD
            + '{{ fragment("Broken", "1.0.0", fallback="sorry") }}'
            + '{{ fragment("Greeting", "1.0.0", name="x") }}'
        }
    )
    text = app.test_client().get("/home").text
    assert ">sorry</tiny-fragment>" in text
    assert "<p>Hello x</p>" in text


def test_slots_of_a_page_load_in_parallel(make_app, registry):
    names = [f"G{number}" for number in range(6)]
    for name in names:
        registry.deploy(name, "1.0.0", umd=GREETING, metadata=PLAIN)
    registry.latency = 0.3
    slots = "".join(f'{{{{ fragment("{name}", "1.0.0", name="x") }}}}' for name in names)
    app = make_app({"home": HEAD + slots}, TINY_FRAGMENT_TIMEOUT=20, TINY_PAGE_TIMEOUT=20)
    start = time.monotonic()
    text = app.test_client().get("/home").text
    # One after another these are at least twelve requests of 0.3 seconds.
    assert time.monotonic() - start < 6 * 2 * 0.3
    assert text.count("Hello x") == 6


def test_late_fragment_gets_its_fallback_and_the_page_keeps_its_deadline(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    registry.hang()
    template = HEAD + '{{ fragment("Greeting", "1.0.0", name="x", fallback="late", timeout=0.2) }}'
    text = make_app({"home": template}).test_client().get("/home").text
    assert ">late</tiny-fragment>" in text


def test_warm_page_of_pure_fragments_needs_no_thread_and_asks_nobody(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata={**PLAIN, "pure": True})
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}'})
    client = app.test_client()
    assert "Hello" in client.get("/home").text
    first = client.get("/home").text
    asked = len(registry.requests)
    app.extensions["tiny_mosaic"].composition.pool.close()
    second = client.get("/home").text
    assert [t.name for t in threading.enumerate() if t.name.startswith("tiny-slot")] == []
    assert len(registry.requests) == asked
    without_nonce = re.compile('nonce="[^"]+"')
    assert without_nonce.sub("", second) == without_nonce.sub("", first)


def test_health_routes_answer(make_app):
    client = make_app().test_client()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").json["ready"] is True


def test_health_routes_can_be_left_to_the_app(make_app):
    client = make_app({}, TINY_HEALTH_ROUTES=False).test_client()
    # The test app's own route takes it for a template.
    assert client.get("/tiny/assets/none.js").status_code == 404
    assert "/healthz" not in {rule.rule for rule in client.application.url_map.iter_rules()}


def test_built_files_are_immutable_compressed_and_conditional(make_app):
    app = make_app()
    with app.app_context():
        assets = app.extensions["tiny_mosaic"].composition.client.assets
    client = app.test_client()
    plain = client.get(f"/tiny/assets/{assets.browser.file}")
    assert plain.status_code == 200
    assert "immutable" in plain.headers["Cache-Control"]
    assert plain.headers["Vary"] == "Accept-Encoding"
    small = client.get(
        f"/tiny/assets/{assets.browser.file}", headers={"Accept-Encoding": "gzip, br"}
    )
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < len(plain.data)
    again = client.get(
        f"/tiny/assets/{assets.browser.file}", headers={"If-None-Match": plain.headers["ETag"]}
    )
    assert again.status_code == 304
    assert client.get("/tiny/assets/manifest.json").status_code == 404


def test_packaged_runtime_is_served_where_the_page_says_it_is(make_app, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app({"home": HEAD + '{{ fragment("Greeting", "1.0.0", name="x") }}'})
    client = app.test_client()
    text = client.get("/home").text
    config = json.loads(re.search(r'window\["tinyFrontendplainConfig"\]=({.*?});', text)[1])
    assert config["api"] == ""
    assert client.get(f"/tiny/bundle/{config['umdBundle']}").status_code == 200


def test_preview_is_off_unless_it_is_turned_on(make_app):
    assert make_app().test_client().get("/tiny/preview/A/1.0.0").status_code == 404


def test_preview_shows_a_release_deployed_a_moment_ago(make_app, registry):
    client = make_app({}, TINY_PREVIEW=True, TINY_CACHE_TTL=None).test_client()
    address = "/tiny/preview/Greeting/1.0.0"
    missing = client.get(address)
    assert missing.status_code == 200
    assert "FragmentNotFound" in missing.text
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    assert "Hello Ann" in client.get(address, query_string={"props": '{"name": "Ann"}'}).text
    registry.deploy("Greeting", "1.0.0", umd="module.exports = () => 'next'", metadata=PLAIN)
    assert "next" in client.get(address).text
    assert "tiny_slots_total{" not in client.get("/metrics").text


@pytest.mark.parametrize("query", [{"props": "[1]"}, {"props": "{"}, {"hydrate": "soon"}])
def test_preview_refuses_a_bad_query(make_app, query):
    client = make_app({}, TINY_PREVIEW=True).test_client()
    assert client.get("/tiny/preview/A/1.0.0", query_string=query).status_code == 400


@pytest.mark.parametrize(
    ("template", "error", "says"),
    [
        ('{{ fragment("A", "1") }}', ConfigurationError, "fragment_head"),
        (HEAD + '{{ fragment("A", "1", hydrate="soon") }}', ConfigurationError, "interaction"),
        (HEAD + '{{ fragment("A", "1", x=missing) }}', PropsError, "'x'"),
        (HEAD + '{{ fragment("A", x=1) }}', ConfigurationError, "contract version"),
        (HEAD + '{{ fragment("A", "1", [], x=1) }}', ConfigurationError, "by keyword"),
    ],
)
def test_mistakes_in_a_template_are_errors_of_the_view(make_app, template, error, says):
    app = make_app({"home": template})
    app.testing = True
    with pytest.raises(error, match=says):
        app.test_client().get("/home")


def test_fragment_outside_render_page_says_what_to_call(make_app):
    app = make_app()
    with app.app_context(), pytest.raises(ConfigurationError, match="render_page"):
        app.jinja_env.from_string('{{ fragment("A", "1") }}').render()


def test_binding_twice_or_not_at_all_is_an_error(make_app):
    app = make_app()
    with pytest.raises(ConfigurationError, match="bound to this app already"):
        TinyFrontends(app)
    with Flask("other").app_context(), pytest.raises(ConfigurationError, match="TinyFrontends"):
        TinyFrontends().render_page("x")
