"""What a component does comes back as HTML, or as the Python error that says it."""

from __future__ import annotations

import pytest

from tiny_client.errors import (
    BundleError,
    ComponentError,
    InvalidOutput,
    PropsError,
    RenderTimeout,
)


def test_props_and_id_prefix_reach_the_component(render):
    source = "module.exports = (props, options) => props.word + options.idPrefix"
    assert render(source, '{"word": "é漢🛒\u2028"}', id_prefix="t3-") == "é漢🛒\u2028t3-"


def test_a_component_that_throws_gives_its_message_and_place(render):
    source = "module.exports = function Cart(props) {\n  return props.items.length;\n};"
    with pytest.raises(ComponentError) as caught:
        render(source)

    error = caught.value
    assert (error.fragment, error.release, error.js_name) == ("Cart", "r1", "TypeError")
    assert "Cannot read properties of undefined (reading 'length')" in error.js_message
    assert error.js_message in str(error)
    # Line and column are the bundle's own, so that source maps resolve; the host's frames are not.
    assert "bundle.js:2:22" in error.js_stack
    assert "tiny:host" not in error.js_stack


def test_a_place_in_the_first_line_is_exact(render):
    with pytest.raises(ComponentError) as caught:
        render("module.exports = () => { null.x }")
    assert "bundle.js:1:31" in caught.value.js_stack


@pytest.mark.parametrize(
    ("thrown", "name", "message"),
    [
        ("'text'", "string", "text"),
        ("null", "object", "null"),
        ("undefined", "undefined", "undefined"),
        ("Object.create(null)", "Error", ""),
        ("new Proxy({}, { get() { throw 1 } })", "", ""),
        ("{ get message() { throw 1 }, name: 'Odd' }", "Odd", ""),
        ("{ message: 'x'.repeat(1e6) }", "Error", "x" * 4000),
        ("new Error('lone \\ud800')", "Error", "lone \ufffd"),
    ],
)
def test_whatever_is_thrown_is_reported(render, thrown, name, message):
    with pytest.raises(ComponentError) as caught:
        render(f"module.exports = () => {{ throw {thrown} }}")
    assert (caught.value.js_name, caught.value.js_message) == (name, message)


def test_a_syntax_error_gives_its_line(render):
    with pytest.raises(BundleError) as caught:
        render("const fine = 1;\nconst = 2;")

    assert caught.value.js_name == "SyntaxError"
    assert "bundle.js:2" in caught.value.js_stack


def test_a_bundle_that_throws_while_it_is_evaluated_is_an_error(render):
    with pytest.raises(BundleError, match="cannot be evaluated: RangeError: no"):
        render("throw new RangeError('no')")


@pytest.mark.parametrize(
    ("value", "described"),
    [
        ("undefined", "undefined"),
        ("null", "null"),
        ("42", "a number"),
        ("[]", "an array"),
        ("({})", "an object"),
        ("new String('x')", "an object"),
        ("Symbol()", "a symbol"),
    ],
)
def test_output_that_is_no_string_is_refused(render, value, described):
    with pytest.raises(InvalidOutput, match=f"returned {described} where"):
        render(f"module.exports = () => {value}")


def test_lone_surrogates_are_replaced(render):
    assert render("module.exports = () => 'a\\ud800b\\udc00'") == "a\ufffdb\ufffd"


def test_output_over_the_limit_is_refused_whatever_its_alphabet(make_engine, make_job):
    engine = make_engine(max_output_bytes=1000)
    at_limit = make_job("module.exports = () => 'x'.repeat(1000)")
    assert engine.render(at_limit, timeout=60) == "x" * 1000
    for source in ("'x'.repeat(1001)", "'é'.repeat(501)", "'x'.repeat(5e8)"):
        with pytest.raises(InvalidOutput, match="the limit is 1000"):
            engine.render(make_job(f"module.exports = () => {source}"), timeout=60)


def test_a_promise_is_awaited(render):
    assert render("module.exports = async () => { await null; return 'later' }") == "later"


def test_a_rejected_promise_is_an_error(render):
    with pytest.raises(ComponentError, match="TypeError: no"):
        render("module.exports = async () => { throw new TypeError('no') }")


def test_timers_run_in_the_order_of_their_times_without_real_waiting(render):
    source = """module.exports = () => new Promise((resolve) => {
      const seen = [];
      setTimeout((word) => { seen.push(word); resolve(seen.join(" ")); }, 3600_000, "last");
      const every = setInterval(() => { if (seen.push("tick") > 2) clearInterval(every) }, 60_000);
      setTimeout(() => seen.push("first"));
      clearTimeout(setTimeout(() => seen.push("never"), 1));
      queueMicrotask(() => seen.push("micro"));
    })"""
    assert render(source) == "micro first tick last"


def test_what_a_bundle_puts_off_while_it_loads_happens_before_it_renders(render):
    source = """let ready = "no"; setTimeout(() => { ready = "yes" }, 0);
      module.exports = () => ready"""
    assert render(source) == "yes"


def test_a_promise_that_cannot_settle_any_more_is_an_error_at_once(render):
    with pytest.raises(RenderTimeout, match="never settles"):
        render("module.exports = () => new Promise(() => {})")


def test_an_uncaught_error_is_named_where_it_may_be_why_nothing_settles(render):
    source = """module.exports = () => new Promise((resolve) => {
      setTimeout(() => { resolve(missing.value) }, 5);
    })"""
    with pytest.raises(RenderTimeout, match="missing is not defined"):
        render(source)


def test_timers_of_one_render_do_not_run_in_the_next(render):
    source = """let count = 0; module.exports = async (props) => {
      setTimeout(() => { count += 1 }, 10);
      return props.wait ? new Promise((r) => setTimeout(() => r(String(count)), 100)) : "";
    }"""
    render(source, "{}")
    assert render(source, '{"wait": true}') == "1"


def test_deep_recursion_is_an_ordinary_error(render):
    with pytest.raises(ComponentError, match="Maximum call stack"):
        render("module.exports = () => { const f = () => f() + 1; return f() }")


def test_props_that_are_no_text_are_refused(render):
    with pytest.raises(PropsError):
        render("module.exports = () => ''", '{"a": "\ud800"}')
    assert render("module.exports = () => 'fine'") == "fine"
