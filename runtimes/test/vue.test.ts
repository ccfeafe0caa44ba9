import assert from "node:assert/strict";
import { test } from "node:test";
import { halves, options, props, rendered, rootWith } from "./halves.ts";

const { server, browser, component } = await halves("vue");

const Counter = component(`({ props: ["word"], setup(props) {
  const { h, ref, useId } = modules.vue;
  const id = useId();
  const count = ref(0);
  return () => h("p", { id }, [
    h("button", { onClick: () => {
      count.value += 1;
      if (props.word === "bad") throw new Error("click");
    } }, "+"),
    props.word, count.value,
  ]);
} })`);
const Failing = component('({ setup() { throw new Error("boom"); } })');

const html = await server.render(Counter.server, props, { idPrefix: "t0-" });

test("a component becomes HTML with the slot's prefix before its ids", () => {
  assert.equal(html, '<p id="t0--0"><button>+</button>&lt;é&gt;0</p>');
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

test("what setup throws is fatal; what a handler throws is not", () => {
  const errors: string[] = [];
  browser.mount(rootWith(""), Failing.browser, {}, options(errors));
  const root = rootWith("");
  browser.mount(root, Counter.browser, { word: "bad" }, options(errors));
  root.querySelector("button")!.click();
  assert.deepEqual(errors, ["fatal: boom", "click"]);
});

test("on the server it is thrown", async () => {
  await assert.rejects(async () => server.render(Failing.server, {}, { idPrefix: "" }), /boom/);
});

test("what is no component is refused by name", async () => {
  await assert.rejects(
    async () => server.render("text", {}, { idPrefix: "" }),
    /The vue runtime renders a component .*; the fragment's export is string\./,
  );
});

const Speaker = component(`({ setup() {
  const { h, inject, onMounted, onUnmounted, ref } = modules.vue;
  const bus = inject("tiny-bus", undefined);
  const name = ref("");
  onMounted(() => { name.value = bus ? bus.name : "none"; });
  onUnmounted(() => bus?.ended.push("by the component"));
  return () => h("p", name.value);
} })`);

test("the component injects its bus in the browser, and hydration is quiet", async () => {
  const errors: string[] = [];
  const ended: string[] = [];
  const bus = { name: "Speaker", ended } as never;
  const root = rootWith(await server.render(Speaker.server, {}, { idPrefix: "t0-" }));
  const unmount = browser.hydrate(root, Speaker.browser, {}, { ...options(errors), bus });
  await rendered();
  assert.equal(root.textContent, "Speaker");
  assert.deepEqual(errors, []);
  unmount();
  ended.push("by the island");
  assert.deepEqual(ended, ["by the component", "by the island"]);
});

test("without a bus there is nothing to inject", async () => {
  const root = rootWith("");
  browser.mount(root, Speaker.browser, {}, options());
  await rendered();
  assert.equal(root.textContent, "none");
});
