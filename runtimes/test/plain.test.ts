import assert from "node:assert/strict";
import { test } from "node:test";
import { halves, options, props, rootWith } from "./halves.ts";

const { server, browser } = await halves("plain");

const Counter = {
  render: ({ word }: { word?: unknown }) => `<button>${String(word)}</button>`,
  mount(element: Element) {
    const button = element.querySelector("button")!;
    button.onclick = () => void (button.textContent = "clicked");
    return () => void (button.onclick = null);
  },
};

test("render(props) is the HTML, from an object or from a function", () => {
  assert.equal(server.render(Counter, props, { idPrefix: "" }), "<button><é></button>");
  assert.equal(server.render(Counter.render, props, { idPrefix: "" }), "<button><é></button>");
});

test("hydration keeps the server's nodes and wakes them with mount", () => {
  const root = rootWith("<button>x</button>");
  const button = root.querySelector("button")!;
  const unmount = browser.hydrate(root, Counter, props, options());
  button.click();
  assert.equal(root.innerHTML, "<button>clicked</button>");
  unmount();
  assert.equal(button.onclick, null);
});

test("mount renders first, and nothing has to be woken or put to sleep", () => {
  const root = rootWith("");
  browser.mount(root, () => "<b>still</b>", {}, options())();
  assert.equal(root.innerHTML, "<b>still</b>");
});

test("anything but HTML in a string is an error", () => {
  assert.throws(
    () => server.render(() => 7, {}, { idPrefix: "" }),
    /must return HTML as a string; it returned number\./,
  );
});

test("what has no render function is refused by name", () => {
  assert.throws(
    () => server.render({ Mini: Counter, Full: Counter }, {}, { idPrefix: "" }),
    /The plain runtime renders a function render\(props\) .* an object with Mini, Full\./,
  );
});

test("mount is given the fragment's bus, and undefined where the page has none", () => {
  const given: unknown[] = [];
  const Speaker = {
    render: () => "<b>hi</b>",
    mount: (_: Element, __: object, context: object) => void given.push(context),
  };
  const bus = { name: "Speaker" } as never;
  browser.mount(rootWith(""), Speaker, {}, { ...options(), bus });
  browser.hydrate(rootWith("<b>hi</b>"), Speaker, {}, options());
  assert.deepEqual(
    given.map((context) => ({ ...(context as object) })),
    [{ bus }, { bus: undefined }],
  );
});
