"""Bundles of every shape that bundlers emit are evaluated, and the right export is rendered."""

from __future__ import annotations

import pytest

from tiny_client.errors import BundleError, MissingDependency

UMD = """
(function (global, factory) {
  typeof exports === 'object' && typeof module !== 'undefined' ? %s :
  typeof define === 'function' && define.amd ? define(%s, factory) :
  (global = typeof globalThis !== 'undefined' ? globalThis : global || self, %s);
})(this, (function (%s) { 'use strict'; %s }));
"""
WORDS = {
    "Rollup UMD, default export": UMD
    % (
        "module.exports = factory(require('greeting'))",
        "['greeting']",
        "0",
        "greeting",
        "return (p) => greeting.hello + ' ' + p.name;",
    ),
    "Rollup UMD, named exports": UMD
    % (
        "factory(exports, require('greeting'))",
        "['exports', 'greeting']",
        "0",
        "exports, greeting",
        "exports.default = (p) => greeting.hello + ' ' + p.name; exports.Mini = () => 'mini';"
        "Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });",
    ),
    "UMD without externals": UMD
    % (
        "module.exports = factory()",
        "factory",
        "0",
        "",
        "return (p) => 'Hello ' + p.name;",
    ),
    "webpack UMD": """(function w(root, factory) {
        if (typeof exports === 'object' && typeof module === 'object')
          module.exports = factory(require("greeting"));
        else root["tinyFrontendExports"] = factory(root["greeting"]);
      })(self, (g) => (() => { "use strict";
        const e = {}; Object.defineProperty(e, "__esModule", { value: true });
        Object.defineProperty(e, "default",
          { enumerable: true, get: () => (p) => g.hello + " " + p.name });
        return e; })());""",
    "esbuild IIFE": """"use strict";
        var tinyFrontendExports = tinyFrontendExports || {};
        tinyFrontendExports.Cart = (() => {
          const greeting = tinyFrontendDeps.greeting;
          return { default: (p) => greeting.hello + " " + p.name };
        })();""",
    "esbuild IIFE with logical assignment": """
        var tinyFrontendExports;
        (tinyFrontendExports ||= {}).Cart = (() => ({ default: (p) => "Hello " + p.name }))();""",
    "Rollup IIFE": """this.tinyFrontendExports = this.tinyFrontendExports || {};
        this.tinyFrontendExports.Cart = (function (greeting) { 'use strict';
          return (p) => greeting.hello + ' ' + p.name;
        })(tinyFrontendDeps.greeting);""",
    "global by window-like self": """self.tinyFrontendExports = { Cart: (p) =>
        self.tinyFrontendDeps["greeting"].hello + " " + p.name };""",
    "named define": """define("Cart", ["greeting"], (g) => (p) => g.hello + " " + p.name);""",
    "named defines that need each other": """
        define("inner", ["greeting"], (g) => ({ word: g.hello }));
        define("Cart", ["inner"], (i) => (p) => i.word + " " + p.name);
        define("after", () => 1);""",
    "define without dependencies": """define(() => (p) => "Hello " + p.name);""",
    "named define without dependencies": """define("Cart", () => (p) => "Hello " + p.name);""",
    "define with CommonJS inside": """define((require, exports, module) => {
        const g = require("greeting"); module.exports = (p) => g.hello + " " + p.name; });""",
    "define with special names": """define(["require", "exports", "module"],
        (require, exports) => {
          exports.default = (p) => require("greeting").hello + " " + p.name; });""",
    "define of an object": """define({ default: (p) => "Hello " + p.name });""",
    "AMD only": """if (typeof define === "function" && define.amd)
        define(["greeting"], (g) => (p) => g.hello + " " + p.name);""",
    "CommonJS": """const { hello } = require("greeting");
        module.exports = (p) => hello + " " + p.name;""",
    "CommonJS exports": """exports.default = (p) => require("greeting").hello + " " + p.name;""",
    "a falsy module": """const zero = require("greeting/deep");
        module.exports = (p) => zero === 0 ? "Hello " + p.name : "?";""",
    "ends in a comment": """module.exports = (p) => "Hello " + p.name; // the end""",
}


@pytest.mark.parametrize("source", WORDS.values(), ids=WORDS.keys())
def test_a_bundle_of_this_shape_renders(render, source):
    assert render(source, '{"name": "you"}') == "Hello you"


@pytest.mark.parametrize(
    ("source", "export", "expected"),
    [
        ("exports.default = () => 'd'; exports.Mini = () => 'm'", "Mini", "m"),
        ("exports.default = () => 'd'; exports.Mini = () => 'm'", None, "d"),
        ("exports.Only = () => 'only'", "Only", "only"),
        ("module.exports = Object.assign(() => 'f', { Mini: () => 'm' })", None, "f"),
        ("module.exports = Object.assign(() => 'f', { Mini: () => 'm' })", "Mini", "m"),
    ],
)
def test_the_export_that_was_asked_for_is_rendered(render, source, export, expected):
    assert render(source, export=export) == expected


@pytest.mark.parametrize("export", ["Mnii", "constructor", "__proto__", "__esModule"])
def test_an_export_that_is_not_there_is_an_error_that_lists_the_exports(render, export):
    with pytest.raises(BundleError, match=r"no export '\w+' \(its exports: default, Mini\)"):
        render("exports.default = () => 1; exports.Mini = () => 2", export=export)


def test_a_bundle_that_exports_nothing_is_an_error(render):
    with pytest.raises(BundleError, match="exports nothing"):
        render("const unused = 1;")


def test_an_export_that_is_undefined_is_an_error(render):
    with pytest.raises(BundleError, match="'default' is undefined"):
        render("exports.default = undefined; exports.a = 1; exports.b = 1")


def test_a_bundle_that_registers_under_another_name_is_an_error_that_says_both(render):
    with pytest.raises(
        BundleError, match=r"tinyFrontendExports\.Cat, not tinyFrontendExports\.Cart"
    ):
        render("tinyFrontendExports.Cat = () => 'x'")


@pytest.mark.parametrize(
    "source",
    [
        "module.exports = require('lodash')",
        "define(['lodash'], (l) => l)",
        "tinyFrontendExports.Cart = tinyFrontendDeps.lodash",
        "tinyFrontendExports.Cart = globalThis.tinyFrontendDeps['lodash']",
        "module.exports = () => require('lodash')",
    ],
)
def test_a_missing_dependency_is_named_with_what_is_provided(render, source):
    with pytest.raises(MissingDependency) as caught:
        render(source)

    assert caught.value.module == "lodash"
    assert caught.value.provided == ("greeting", "greeting/deep")


def test_a_bundle_may_try_an_optional_dependency(render):
    source = "let o; try { o = require('lodash') } catch { o = 'none' } module.exports = () => o"
    assert render(source) == "none"


def test_a_runtime_that_is_none_is_an_error_that_says_what_one_exports(render, make_script):
    with pytest.raises(BundleError, match="exports `modules` and `render`"):
        render("module.exports = () => ''", runtime=make_script("module.exports = {}"))
