"""The bundles that the registry of a run holds: plain and React lists, broken and big ones."""

from __future__ import annotations

from pathlib import Path

from tiny_client.testing import FakeRegistry

__all__ = ["BROKEN_BUNDLES", "deploy_lists", "plain_bundle", "react_bundle"]

_LIST = (Path(__file__).parent / "peers" / "list.mjs").read_text().replace("export ", "")

PLAIN = {"runtime": {"name": "plain", "contractVersion": "1"}}
REACT = {"runtime": {"name": "react", "contractVersion": "19"}}

_REACT_UMD = """(function (e, t) {
  typeof exports == "object" && typeof module < "u" ? module.exports = t(require("react"))
  : typeof define == "function" && define.amd ? define(["react"], t)
  : (e = typeof globalThis < "u" ? globalThis : e || self,
     e.tinyFrontendExports = e.tinyFrontendExports || {},
     e.tinyFrontendExports["%(name)s"] = t(e.tinyFrontendDeps.react));
})(this, function (React) {
  const items = Array.from({ length: 100 }, (_, n) => n + 1);
  const element = React.createElement;
  return function List(props) {
    const row = (n) => element("li", { key: n, className: "item" },
      element("a", { href: `/items/${props.list}-${n}` }, `Item ${n}`),
      element("span", null, `${n}.99`));
    const list = element("ul", { className: "list" }, items.map(row));
    %(result)s
  };
});
"""
_LIVE = """const [clicks, setClicks] = React.useState(0);
    React.useEffect(() => { performance.mark("alive " + "%(name)s"); }, []);
    return element(React.Fragment, null, element("p", null, "%(words)s"), list,
      element("button", { onClick: () => setClicks(clicks + 1) }, `Clicked ${clicks}`));"""

# The largest text of the page, so that the largest paint is one of a fragment.
_WORDS = "A fragment of its own. " * 20

BROKEN_BUNDLES = {
    "endless loop": "for (;;) {}",
    "allocates without end": "const all = []; for (;;) all.push(new Array(1e6).fill(props));",
    "recurses": "const again = (n) => again(n + 1) + 1; return again(0);",
    "throws": 'throw new Error("broken");',
    "promise never settles": "return new Promise(() => {});",
    "returns no string": "return { html: 1 };",
}
"""What the faulty bundles do when they render, by the name of the fault."""


def plain_bundle(name: str, body: str = "return list(props.list);", before: str = "") -> str:
    """Return a bundle whose render is `body`; `before` stands before it."""
    return (
        f"(function () {{\n{_LIST}\n{before}\n"
        f"tinyFrontendExports[{name!r}] = {{ default: function (props) {{ {body} }} }};\n}})();"
    )


def react_bundle(name: str, *, live: bool = False) -> str:
    """Return a React bundle as Vite writes them; a `live` one has a button and says when it acts.

    It says so by the performance mark `alive <name>`, which its first effect sets: from then on
    its handlers answer.
    """
    result = _LIVE % {"name": name, "words": _WORDS} if live else "return list;"
    return _REACT_UMD % {"name": name, "result": result}


def sized_code(size: int) -> str:
    """Return about `size` bytes of functions, for a bundle of that size."""
    lines: list[str] = []
    length = 0
    while length < size:
        n = len(lines)
        lines.append(f"function f{n}(a, b) {{ return a * {n} + b.list - {n + 1} + f{n}.length; }}")
        length += len(lines[-1]) + 1
    return "\n".join(lines)


def deploy_lists(registry: FakeRegistry, count: int = 3) -> None:
    """Deploy `count` lists that are pure and the same that are rendered anew, and React's."""
    for n in range(1, count + 1):
        registry.deploy(
            f"Pure{n}", "1.0.0", umd=plain_bundle(f"Pure{n}"), metadata={**PLAIN, "pure": True}
        )
        registry.deploy(f"Anew{n}", "1.0.0", umd=plain_bundle(f"Anew{n}"), metadata=PLAIN)
    for name, pure in (("ReactPure", True), ("ReactAnew", False)):
        registry.deploy(name, "1.0.0", umd=react_bundle(name), metadata={**REACT, "pure": pure})
    for name in ("Live1", "Live2", "Live3"):
        registry.deploy(
            name, "1.0.0", umd=react_bundle(name, live=True), metadata={**REACT, "pure": True}
        )
