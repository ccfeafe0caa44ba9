import assert from "node:assert/strict";
import { test } from "node:test";
import { halves, options, props, rendered, rootWith } from "./halves.ts";

const { server, browser, component } = await halves("react");

const Counter = component(`function Counter({ word }) {
  const { useId, useState } = modules.react;
  const { jsx, jsxs } = modules["react/jsx-runtime"];
  const [count, setCount] = useState(0);
  return jsxs("p", { id: useId(), children: [
    jsx("button", { onClick: () => setCount(count + 1), children: "+" }), word, count,
  ] });
}`);
const Failing = component(`function Failing({ late }) {
  const [broken, setBroken] = modules.react.useState(false);
  if (broken || !late) throw new Error("boom");
  const { jsx } = modules["react/jsx-runtime"];
  return jsx("button", { onClick: () => setBroken(true), children: "ok" });
}`);

const html = server.render(Counter.server, props, { idPrefix: "t0-" }) as string;

test("a component becomes HTML with the slot's prefix before its ids", () => {
  assert.equal(html, '<p id="_t0-R_0_"><button>+</button>&lt;é&gt;<!-- -->0</p>');
});

test("hydration keeps the server's nodes and is done when it returns", async () => {
  const errors: string[] = [];
  const root = rootWith(html);
  const paragraph = root.firstElementChild;
  const unmount = browser.hydrate(root, Counter.browser, props, options(errors));
  root.querySelector("button")!.click();
  await rendered();
  assert.equal(root.firstElementChild, paragraph);
  assert.equal(root.textContent, "+<é>1");
  assert.deepEqual(errors, []);
  unmount();
  assert.equal(root.innerHTML, "");
});

test("mount renders into an empty root", () => {
  const root = rootWith("");
  browser.mount(root, Counter.browser, props, options());
  assert.equal(root.textContent, "+<é>0");
});

test("HTML that does not match is reported and repaired", () => {
  const errors: string[] = [];
  const root = rootWith(html.replace("é", "x"));
  browser.hydrate(root, Counter.browser, props, options(errors));
  assert.equal(root.textContent, "+<é>0");
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /^Minified React error #418/);
});

test("what a component throws is fatal, at first and later", async () => {
  const errors: string[] = [];
  browser.mount(rootWith(""), Failing.browser, {}, options(errors));
  assert.deepEqual(errors, ["fatal: boom"]);
  const root = rootWith("");
  browser.mount(root, Failing.browser, { late: true }, options(errors));
  assert.equal(errors.length, 1);
  root.querySelector("button")!.click();
  await rendered();
  assert.deepEqual(errors, ["fatal: boom", "fatal: boom"]);
});

test("on the server it is thrown", () => {
  assert.throws(() => server.render(Failing.server, {}, { idPrefix: "" }), /boom/);
});

test("what is no component is refused by name", () => {
  assert.throws(
    () => server.render({ render: 1 }, {}, { idPrefix: "" }),
    /The react runtime renders a component .*; the fragment's export is an object with render\./,
  );
});

const Speaker = component(`function Speaker(props) {
  const { useEffect, useState } = modules.react;
  const [keys, setKeys] = useState("");
  useEffect(() => {
    setKeys(Object.keys(props).join(" ") + (props.bus ? " of " + props.bus.name : ""));
    return () => props.bus?.ended.push("by the component");
  }, []);
  return modules["react/jsx-runtime"].jsx("p", { children: keys });
}`);

test("the component has its bus as a prop in the browser, and hydration is quiet", async () => {
  const errors: string[] = [];
  const ended: string[] = [];
  const bus = { name: "Speaker", ended } as never;
  const root = rootWith(server.render(Speaker.server, props, { idPrefix: "t0-" }) as string);
  const unmount = browser.hydrate(root, Speaker.browser, props, { ...options(errors), bus });
  await rendered();
  assert.equal(root.textContent, "word bus of Speaker");
  assert.deepEqual(errors, []);
  unmount();
  ended.push("by the island");
  assert.deepEqual(ended, ["by the component", "by the island"], "effects end before the handle");
});

test("without a bus there is no such prop", async () => {
  const root = rootWith("");
  browser.mount(root, Speaker.browser, props, options());
  await rendered();
  assert.equal(root.textContent, "word");
});
