"""React 19 and Vue 3, as they are packaged, render in contexts whose intrinsics are frozen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tiny_client.errors import BundleError, ComponentError
from tiny_client.records import Script

BUILT = Path(__file__).parent.parent.parent / "tiny_client" / "_built"


@pytest.fixture
def runtime():
    """Return a packaged runtime's server bundle."""

    def runtime(name):
        manifest = BUILT / "manifest.json"
        assert manifest.exists(), "tiny_client/_built is missing: run `make build` first"
        config = json.loads(manifest.read_text())["runtimes"][name]
        source = (BUILT / "assets" / config["serverBundle"]).read_text(encoding="utf-8")
        return Script(config["release"], config["serverBundle"], source)

    return runtime


REACT = """
const { createElement: h, useId, useMemo, useState, createContext, use, Suspense, memo } =
  require("react");
const { jsx, jsxs } = require("react/jsx-runtime");
const Theme = createContext("light");
const Row = memo(({ name }) => jsxs("li", { id: useId(), className: use(Theme), children: name }));
module.exports = ({ items }) => {
  const [n] = useState(items.length);
  const sorted = useMemo(() => [...items].sort(), [items]);
  return h(Theme, { value: "dark" },
    h(Suspense, { fallback: null },
      h("ul", { "data-n": n }, sorted.map((i) => jsx(Row, { name: i }, i)))));
};
"""


def test_react_renders(render, runtime):
    html = render(REACT, '{"items": ["<b>", "a"]}', runtime=runtime("react@19"), id_prefix="t7-")
    assert html == (
        '<!--$--><ul data-n="2"><li id="_t7-R_1_" class="dark">&lt;b&gt;</li>'
        '<li id="_t7-R_2_" class="dark">a</li></ul><!--/$-->'
    )


def test_an_error_in_a_react_component_is_its_own(render, runtime):
    source = """const { createElement: h } = require("react");
      const Broken = () => { throw new TypeError("mine") };
      module.exports = () => h("div", null, h(Broken));"""
    with pytest.raises(ComponentError, match="TypeError: mine"):
        render(source, runtime=runtime("react@19"))


def test_vue_renders(render, runtime):
    source = """const { h, ref, computed, defineComponent } = require("vue");
      const Child = defineComponent({ props: ["word"], setup: (p, { slots }) => () =>
        h("b", { class: { on: true } }, [p.word, slots.default?.()]) });
      module.exports = defineComponent({ name: "Reviews", props: ["n"], async setup(props) {
        const twice = computed(() => props.n * 2);
        await Promise.resolve();
        return () => h("p", { style: "color: red" }, [h(Child, { word: "<" }, () => twice.value)]);
      } });"""
    html = render(source, '{"n": 21}', runtime=runtime("vue@3"))
    assert html == '<p style="color: red"><b class="on">&lt;<!--[-->42<!--]--></b></p>'


def test_an_error_in_a_vue_component_is_its_own(render, runtime):
    source = """const { defineComponent } = require("vue");
      module.exports = defineComponent({ name: "Broken", setup() { throw new RangeError("v") } })"""
    with pytest.raises(ComponentError, match="RangeError: v"):
        render(source, runtime=runtime("vue@3"))


def test_plain_functions_render(render, runtime):
    source = "exports.render = (props) => `<i>${props.n}</i>`; exports.mount = () => {};"
    assert render(source, '{"n": 1}', runtime=runtime("plain@1")) == "<i>1</i>"


def test_a_module_of_another_framework_is_missing(render, runtime):
    with pytest.raises(BundleError, match=r"'vue'.*react"):
        render("module.exports = require('vue')", runtime=runtime("react@19"))
