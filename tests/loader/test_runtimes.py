"""Runtimes: the registry's first, the packaged one where it has none, and guessing which."""

from __future__ import annotations

import base64
import hashlib
import json
import logging

import pytest

from tiny_client.errors import ConfigurationError, FragmentNotFound, RegistryUnavailable
from tiny_client.loader import Loader, LoaderSettings, PackagedRuntimes
from tiny_client.loader.modules import required_modules
from tiny_client.records import FragmentConfig, RuntimeRef, Script

REACT = RuntimeRef("react", "19")
PLAIN = RuntimeRef("plain", "1")


def integrity_of(content):
    return "sha384-" + base64.b64encode(hashlib.sha384(content.encode()).digest()).decode()


@pytest.fixture
def built(tmp_path):
    """A folder as the build writes it, with four runtimes."""
    folder = tmp_path / "built"
    (folder / "assets").mkdir(parents=True)
    runtimes = {}
    for name, version, modules in (
        ("react", "19", ["react", "react/jsx-runtime", "react-dom"]),
        ("react", "18", ["react", "react/jsx-runtime", "react-dom"]),
        ("vue", "3", ["vue"]),
        ("plain", "1", []),
    ):
        umd, server = f"{name}.umd.{version}.js", f"{name}.server.{version}.js"
        (folder / "assets" / server).write_text(f"{name} {version} packaged")
        runtimes[f"{name}@{version}"] = {
            "umdBundle": umd,
            "serverBundle": server,
            "name": name,
            "contractVersion": version,
            "release": f"{name}{version}",
            "integrity": {server: integrity_of(f"{name} {version} packaged")},
            "kind": "runtime",
            "modules": modules,
        }
    manifest = {"browser": {}, "bus": {}, "runtimes": runtimes}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def make_runtime_loader(registry, built, clock):
    made = []

    def make(**arguments):
        settings = LoaderSettings(
            cache_dir=arguments.pop("cache_dir", None), load_timeout=20.0, negative_ttl=0
        )
        loader = Loader(
            registry.url,
            settings,
            packaged_runtimes=PackagedRuntimes(built),
            clock=clock,
            wall_clock=clock,
            **arguments,
        )
        made.append(loader)
        return loader

    yield make
    for loader in made:
        loader.close()


@pytest.fixture
def loader(make_runtime_loader):
    return make_runtime_loader()


def test_runtime_of_the_registry_comes_first(registry, loader):
    registry.deploy("react", "19", umd="browser", server="deployed")
    runtime = loader.load_runtime(REACT)
    assert runtime.script.source == "deployed"
    assert runtime.config.base_url == registry.url


def test_packaged_runtime_stands_in_where_the_registry_has_none(registry, make_runtime_loader):
    loader = make_runtime_loader(packaged_base_url="https://shop.example/")
    runtime = loader.load_runtime(REACT)
    assert runtime.script.source == "react 19 packaged"
    assert runtime.config.base_url == "https://shop.example"
    assert runtime.config.umd_bundle == "react.umd.19.js"
    assert runtime.config.raw["modules"] == ["react", "react/jsx-runtime", "react-dom"]
    assert make_runtime_loader().load_runtime(REACT).config.base_url == ""


def test_registry_is_asked_about_a_missing_runtime_once_per_ttl(
    registry, loader, clock, eventually
):
    for _ in range(5):
        assert not loader.load_runtime(REACT).stale
    assert len(registry.requests) == 1
    clock.forward(121)
    loader.load_runtime(REACT)
    eventually(lambda: not loader.load_runtime(REACT).stale)
    assert len(registry.requests) == 2


def test_runtime_deployed_later_takes_over(registry, loader, clock):
    loader.load_runtime(REACT)
    registry.deploy("react", "19", umd="browser", server="deployed")
    assert loader.load_runtime(REACT, cache_ttl=0).script.source == "deployed"


def test_good_runtime_of_the_registry_goes_before_the_packaged_one(registry, loader, caplog):
    registry.deploy("react", "19", umd="browser", server="deployed")
    loader.load_runtime(REACT)
    registry.remove("react", "19")
    runtime = loader.load_runtime(REACT, cache_ttl=0)
    assert (runtime.script.source, runtime.stale) == ("deployed", True)
    assert caplog.records[-1].levelno == logging.ERROR


def test_packaged_runtime_serves_a_host_that_starts_while_the_registry_is_down(
    registry, loader, clock, eventually, caplog
):
    registry.down()
    assert loader.load_runtime(REACT).script.source == "react 19 packaged"
    assert "packaged runtime is used instead" in caplog.text
    registry.up()
    registry.deploy("react", "19", umd="browser", server="deployed")
    clock.forward(121)
    loader.load_runtime(REACT)
    eventually(lambda: loader.load_runtime(REACT).script.source == "deployed")


def test_unknown_runtime_is_not_found(registry, loader):
    with pytest.raises(FragmentNotFound, match="svelte"):
        loader.load_runtime(RuntimeRef("svelte", "5"))
    registry.down()
    with pytest.raises(RegistryUnavailable):
        loader.load_runtime(RuntimeRef("svelte", "5"))


def test_fragment_that_is_called_like_a_runtime_is_not_replaced(loader):
    loader.load_runtime(REACT)
    with pytest.raises(FragmentNotFound):
        loader.load("react", "19")


def test_packaged_runtime_is_not_written_to_the_disk_cache(make_runtime_loader, tmp_path):
    make_runtime_loader(cache_dir=tmp_path / "cache").load_runtime(REACT)
    assert not list((tmp_path / "cache").glob("v1/config-*"))


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_damaged_package_is_a_configuration_error(built, loader, damage):
    path = built / "assets" / "react.server.19.js"
    if damage == "missing":
        path.unlink()
    else:
        path.write_text("changed")
    with pytest.raises(ConfigurationError, match="Build the browser files again"):
        loader.load_runtime(REACT)


def test_checkout_without_built_files_has_no_packaged_runtimes(tmp_path):
    runtimes = PackagedRuntimes(tmp_path / "nothing")
    assert REACT not in runtimes
    assert runtimes.load(REACT, "") is None


def test_manifest_that_is_no_json_is_a_configuration_error(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(ConfigurationError, match="manifest"):
        PackagedRuntimes(tmp_path)


# Which runtime a foreign release needs

ROLLUP = (
    '(function(e,t){typeof exports=="object"&&typeof module<"u"?module.exports='
    't(require("react"),require("react/jsx-runtime")):typeof define=="function"&&define.amd?'
    'define(["react","react/jsx-runtime"],t):((e=typeof globalThis<"u"?globalThis:e||self).'
    "tinyFrontendExports=e.tinyFrontendExports||{},e.tinyFrontendExports.Cart="
    't(e.tinyFrontendDeps.react,e.tinyFrontendDeps["react/jsx-runtime"]))})(this,function(){});'
)
SHAPES = {
    "rollup": (ROLLUP, {"react", "react/jsx-runtime"}),
    "licence first": (
        "/*! MIT require('vue') */\n// more\n" + ROLLUP,
        {"react", "react/jsx-runtime"},
    ),
    "long licence first": (f"/*{'x' * 9000}*/" + ROLLUP, {"react", "react/jsx-runtime"}),
    "named exports": ("define(['exports', 'vue'], f)", {"vue"}),
    "named define": ('define("Cart",["react"],f)', {"react"}),
    "webpack": (
        '!function(e,t){"object"==typeof exports?module.exports=t(require("react")):'
        '"function"==typeof define&&define.amd?define(["react"],t):t(e.React)}(self,f)',
        {"react"},
    ),
    "globals only": ("(function(a){})(tinyFrontendDeps.vue);", {"vue"}),
    "no externals": (
        'typeof define=="function"&&define.amd?define(["exports"],t):t(e.x={})',
        set(),
    ),
    "factory only": ("define(function(require,exports,module){})", set()),
    "deep inside": ("x;" * 4096 + 'require("react")', set()),
    "empty": ("", set()),
}


@pytest.mark.parametrize(("source", "modules"), SHAPES.values(), ids=SHAPES)
def test_modules_are_read_from_the_header(source, modules):
    assert required_modules(source) == modules


def infer(loader, source, runtime=None):
    config = FragmentConfig("Cart", "1.0.0", "http://registry", "a.js", runtime=runtime)
    return loader.infer_runtime(config, Script(source, "a.js", source))


def test_runtime_is_inferred_from_the_modules_newest_first(loader):
    assert infer(loader, ROLLUP) == REACT
    assert infer(loader, ROLLUP) == REACT
    assert infer(loader, 'define(["vue"],f)') == RuntimeRef("vue", "3")


def test_bundle_that_asks_for_nothing_is_plain(loader):
    assert infer(loader, "define(f)") == PLAIN


def test_modules_that_nobody_shares_have_no_runtime(loader):
    assert infer(loader, 'define(["react","lodash"],f)') is None


def test_runtime_that_the_config_names_is_taken(loader):
    assert infer(loader, ROLLUP, RuntimeRef("vue", "3")) == RuntimeRef("vue", "3")
