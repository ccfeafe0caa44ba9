"""A bundle has nothing but its modules: no machine, no other fragment, no next render."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "process", "Deno", "Bun", "global", "window", "document", "fetch", "XMLHttpRequest",
        "WebSocket", "Worker", "importScripts", "WebAssembly", "SharedArrayBuffer", "Atomics",
        "__timer_manager", "host",
    ],
)  # fmt: skip
def test_a_bundle_does_not_find(render, name):
    assert render(f"module.exports = () => typeof {name}") == "undefined"


@pytest.mark.parametrize("module", ["fs", "node:fs", "child_process", "/etc/passwd", "./other"])
def test_require_gives_nothing_but_the_modules_of_the_runtime(render, module):
    attempt = f"try {{ return require('{module}') }} catch (e) {{ return e.name }}"
    source = f"module.exports = () => {{ {attempt} }}"
    assert render(source) == "MissingDependency"


def test_import_finds_nothing(render):
    source = "module.exports = async () => { try { await import('fs') } catch { return 'none' } }"
    assert render(source) == "none"


def test_pollution_does_not_reach_the_next_render(render):
    source = """
      module.exports = (props) => {
        const tries = [
          () => { Array.prototype.evil = 1 }, () => { Object.prototype.evil = 1 },
          () => { Object.prototype.toString = () => "evil" }, () => { JSON.parse = () => ({}) },
          () => { globalThis.JSON = null }, () => { String.prototype.trim = () => "evil" },
          () => { Promise.prototype.then = null }, () => { Math.max = () => 666 },
          () => { Object.getPrototypeOf(async function () {}).evil = 1 },
          () => { Object.getPrototypeOf([][Symbol.iterator]()).next = null },
          () => { Object.defineProperty(Object.prototype, "evil", { value: 1 }) },
          () => { Error.prepareStackTrace = () => "evil" }, () => { Error.evil = 1 },
          () => { Object.setPrototypeOf(Array.prototype, { evil: 1 }) },
          () => { globalThis.setTimeout = null },
        ];
        if (props.pollute) for (const one of tries) try { one() } catch {}
        return [
          [].evil, ({}).evil, String({}), JSON.parse("[1]").length, " a ".trim(), Math.max(1, 2),
          [...[7]][0], typeof Promise.resolve().then, (async () => {}).evil, typeof setTimeout,
          new Error("x").stack === "evil", Error.evil,
        ].join()
      }"""
    clean = render(source)
    assert clean == ",,[object Object],1,a,2,7,function,,function,false,"
    render(source, '{"pollute": true}')
    assert render(source) == clean


def test_frozen_intrinsics_leave_ordinary_code_alone(render):
    source = """"use strict";
      class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; } }
      function Old() {}
      Old.prototype.toString = function () { return "old" };
      Old.prototype.constructor = Old;
      function Sub() {}
      Sub.prototype = Object.create(Error.prototype);
      Sub.prototype.constructor = Sub;
      Sub.prototype.name = "Sub";
      const call = () => {}; call.toString = () => "mine"; call.apply = 1;
      const plain = {}; plain.valueOf = () => 3; plain.constructor = "c";
      Error.stackTraceLimit = 5; Error.prepareStackTrace = undefined;
      module.exports = () => [new MyError("m"), new Old(), new Sub().name, call, +plain,
        Object.assign({}, { toString: () => "assigned" }), Object.keys(plain)].join()"""
    assert render(source) == "MyError: m,old,Sub,mine,3,assigned,valueOf,constructor"


def test_one_fragment_does_not_see_the_globals_of_another(engine, make_job):
    one = make_job("globalThis.secret = 42; module.exports = () => String(secret)", fragment="One")
    two = make_job("module.exports = () => typeof secret", fragment="Two")

    assert engine.render(one, timeout=60) == "42"
    assert engine.render(two, timeout=60) == "undefined"


def test_fragments_with_the_same_bundle_still_have_a_context_each(engine, make_job):
    source = "globalThis.n = (globalThis.n ?? 0); module.exports = () => String(++n)"

    assert [engine.render(make_job(source, fragment="One"), timeout=60) for _ in "ab"] == ["1", "2"]
    assert engine.render(make_job(source, fragment="Two"), timeout=60) == "1"


def test_closing_the_wrapper_early_gains_nothing(render):
    source = "}), (function () { module.exports = () => typeof process"
    try:
        html = render(source)
    except Exception as error:
        html = type(error).__name__
    assert html in ("undefined", "BundleError")


def test_console_is_there_and_silent(render, capfd):
    source = "module.exports = () => { console.log('x'); console.error('y'); return 'fine' }"
    assert render(source) == "fine"
    assert capfd.readouterr() == ("", "")
