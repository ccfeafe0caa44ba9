"""`TinyClient` without Flask, against a fake registry and with the real engine."""

from __future__ import annotations

import threading

import pytest

import tiny_client
from tests.client.conftest import GREETING, PLAIN
from tiny_client import LoaderSettings, TinyClient, errors
from tiny_client.errors import ComponentError, FragmentNotFound, MissingDependency, PropsError
from tiny_client.rendered import RenderedCache


@pytest.fixture
def client(registry):
    with TinyClient(registry.url, loader=LoaderSettings(cache_dir=None), cache_ttl=0) as client:
        yield client


def test_loaded_fragment_gives_its_html_its_slot_and_its_head(client, registry):
    release = registry.deploy("Greeting", "1.0.0", umd=GREETING, css="p{}", metadata=PLAIN)
    greeting = client.load("Greeting", "1.0.0")
    assert greeting.config.release == release
    assert greeting.render({"name": "Ann"}) == "<p>Hello Ann</p>"
    assert greeting.render({"name": "Ann"}, export="Small") == "<small>Ann</small>"
    assert greeting.slot({"name": "Ann"}).startswith('<tiny-fragment name="Greeting"')
    head = greeting.head(nonce="n1")
    assert 'rel="stylesheet"' in head
    assert "/tiny/assets/" not in head, "without assets_url our scripts have no address"
    assert repr(greeting) == f"<LoadedFragment Greeting 1.0.0 release {release}>"


def test_pure_fragment_is_rendered_once_for_the_same_props_in_any_order(client, registry):
    counting = "let n = 0; module.exports = (props) => `${n += 1} ${props.a}${props.b}`"
    registry.deploy("Pure", "1.0.0", umd=counting, metadata={**PLAIN, "pure": True})
    registry.deploy("Impure", "1.0.0", umd=counting, metadata=PLAIN)
    pure, impure = client.load("Pure", "1.0.0"), client.load("Impure", "1.0.0")
    assert pure.render({"a": 1, "b": 2}) == pure.render({"b": 2, "a": 1}) == "1 12"
    assert pure.render({"a": 1, "b": 3}) != "1 12"
    # Each worker counts for itself, so the second may be anything but kept.
    assert client.rendered.size_bytes > 0
    before = client.rendered.size_bytes
    impure.render({"a": 1})
    assert client.rendered.size_bytes == before


def test_config_of_a_foreign_tiny_api_is_enough(client, registry):
    react = (
        "(function (g, f) { typeof exports == 'object' ? module.exports = f(require('react'))"
        " : g.tinyFrontendExports.Foreign = f(g.tinyFrontendDeps.react) })(this, (React) =>"
        " (props) => React.createElement('p', null, props.text))"
    )
    registry.put_bundle("Foreign-1234.js", react)
    registry.answer_config("Foreign", "1.0.0", '{"umdBundle": "Foreign-1234.js"}')
    foreign = client.load("Foreign", "1.0.0")
    assert foreign.render({"text": "<hi>"}) == "<p>&lt;hi&gt;</p>"
    head = foreign.head()
    assert '"runtime":{"name":"react","contractVersion":"19"}' in head
    assert "integrity" not in head.partition("<script")[0].partition("Foreign-1234.js")[2]


def test_component_of_one_key_is_no_module_of_one_export(client, registry):
    source = "const { h } = require('vue'); module.exports = { setup: () => () => h('p', 'hello') }"
    vue = {"runtime": {"name": "vue", "contractVersion": "3"}}
    registry.deploy("Setup", "1.0.0", umd=source, metadata=vue)
    assert client.load("Setup", "1.0.0").render() == "<p>hello</p>"


def test_module_that_no_runtime_has_is_named(client, registry):
    registry.deploy("Odd", "1.0.0", umd="module.exports = require('left-pad')", metadata={})
    with pytest.raises(MissingDependency, match="left-pad"):
        client.load("Odd", "1.0.0").render()


def test_errors_of_all_stages_are_told_apart(client, registry):
    with pytest.raises(FragmentNotFound):
        client.load("Nothing", "1.0.0")
    broken = "module.exports = () => { throw new RangeError('too far') }"
    registry.deploy("Broken", "1.0.0", umd=broken, metadata=PLAIN)
    fragment = client.load("Broken", "1.0.0")
    with pytest.raises(ComponentError) as caught:
        fragment.render()
    assert caught.value.fragment == "Broken"
    assert caught.value.release == fragment.config.release
    assert caught.value.js_name == "RangeError"
    assert caught.value.js_message == "too far"
    assert "Broken.umd" in caught.value.js_stack
    with pytest.raises(PropsError):
        fragment.render({"x": object()})


def test_exact_release_can_be_asked_for(client, registry):
    first = registry.deploy("Greeting", "1.0.0", umd="module.exports = () => '1'", metadata=PLAIN)
    registry.deploy("Greeting", "1.0.0", umd="module.exports = () => '2'", metadata=PLAIN)
    assert client.load("Greeting", "1.0.0").render() == "2"
    assert client.load("Greeting", "1.0.0", release=first).render() == "1"


def test_many_threads_share_one_client(client, registry):
    registry.deploy("Greeting", "1.0.0", umd=GREETING, metadata=PLAIN)
    wrong: list[str] = []

    def work(number: int) -> None:
        for turn in range(20):
            name = f"{number}-{turn}"
            html = client.load("Greeting", "1.0.0", cache_ttl=60).render({"name": name})
            if html != f"<p>Hello {name}</p>":
                wrong.append(html)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_rendered_cache_keeps_the_recently_used_within_its_bytes():
    cache = RenderedCache(max_bytes=3_000)
    for name in "abc":
        cache.put(name, name * 400, key_bytes=1)
    assert cache.get("a") == "a" * 400
    for name in "de":
        cache.put(name, name * 400, key_bytes=1)
    assert cache.size_bytes <= 3_000
    assert cache.get("a") is not None
    assert cache.get("b") is None
    cache.put("huge", "x" * 5_000, key_bytes=4)
    assert cache.get("huge") is None


@pytest.mark.parametrize("module", [tiny_client, errors])
def test_all_names_are_exported_and_all_exports_are_named(module):
    assert sorted(module.__all__) == module.__all__
    assert all(hasattr(module, name) for name in module.__all__)


def test_every_error_is_in_the_tree_of_the_docstring():
    for name in errors.__all__:
        assert f" {name} " in f" {errors.__doc__} ".replace("\n", " ")
