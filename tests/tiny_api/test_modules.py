"""Which modules a bundle asks for, on what the bundlers really write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_api.modules import asked_modules

REACT = {"react", "react/jsx-runtime"}


@pytest.mark.parametrize("exports", ["default", "named"])
def test_react_is_found_in_what_a_bundler_wrote(bundled: Any, exports: str) -> None:
    assert asked_modules(bundled(exports, "external")) == REACT


@pytest.mark.parametrize("exports", ["default", "named"])
def test_nothing_is_found_where_nothing_is_imported(bundled: Any, exports: str) -> None:
    assert asked_modules(bundled(exports, "alone")) == frozenset()


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ('define("Cart", ["vue"], function (v) {})', {"vue"}),
        ("define(`Cart`,[`vue`,`@vue/shared`],f)", {"vue", "@vue/shared"}),
        ("define(['require', 'exports', 'react'], f)", {"react"}),
        ("define(function () { return 1 })", set()),
        ('define(function (require) { var r = require("react") })', {"react"}),
        ("f(tinyFrontendDeps.react, tinyFrontendDeps['react/jsx-runtime'])", REACT),
        ('f(root["tinyFrontendDeps"]["vue"])', {"vue"}),
        ("f(e.tinyFrontendDeps?.react)", {"react"}),
        ("", set()),
    ],
)
def test_other_forms_are_understood(source: str, modules: set[str]) -> None:
    assert asked_modules(source) == modules


@pytest.mark.parametrize(
    "source",
    [
        'var s = "call require(\\"fs\\") here"',
        "var s = 'define([\"fs\"])'",
        '// require("fs")\n/* require("fs") */',
        '/* not closed: require("fs")',
        "var r = /[\"'`]/; var s = 'require(\"fs\")'",
        'f(/[/"]/); var s = \'require("fs")\'',
        'x.require("fs")',
        "`${a ? `b` : ''} require(\"fs\")`",
    ],
)
def test_strings_comments_and_methods_do_not_fool_it(source: str) -> None:
    assert asked_modules(source) == frozenset()


def test_a_require_deep_in_a_wrapped_bundle_does_not_count() -> None:
    header = '!function(e,t){"function"==typeof define&&define.amd?define(["vue"],t):0}(this,()=>{'
    assert asked_modules(header + 'try{require("crypto")}catch{}})') == {"vue"}


def test_a_library_that_detects_amd_deep_inside_does_not_count() -> None:
    library = '"function"==typeof define&&define.amd?define(["jquery"],f):f();'
    iife = "var a=1;" * 1000 + library + "f(tinyFrontendDeps.react)"
    assert asked_modules(iife) == {"react"}


def test_a_licence_before_the_wrapper_is_no_hindrance() -> None:
    licence = "/*! " + "all rights reserved " * 500 + "*/\n"
    wrapper = "typeof define=='function'&&define.amd?define(['react'],f):f();"
    assert asked_modules(licence + wrapper) == {"react"}


@given(st.text(alphabet="\"'`/*\\[]()={}require define tinyFrontendDeps.\n", max_size=300))
def test_any_text_can_be_scanned(source: str) -> None:
    assert isinstance(asked_modules(source), frozenset)


@pytest.mark.parametrize(
    "piece", ["\\`", "/*", '"\\', "(/[", "(/", "define([", 'require("', "a=(", "x", "= ", "[["]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    # Quadratic behaviour would take hours here and show as a run that does not end.
    asked_modules(piece * (1_000_000 // len(piece)))
