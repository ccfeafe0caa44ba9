import assert from "node:assert/strict";
import { test } from "node:test";
import { browserEntry, budgets, bundleModule, sizes } from "../../../scripts/bundle.mjs";
import "./page.ts";

const before = new Set(Object.getOwnPropertyNames(globalThis));
const surface = await import("../src/index.ts");

test("the script exports the element's class and nothing else", () => {
  assert.deepEqual(Object.keys(surface), ["TinyFragment"]);
  assert.equal(customElements.get("tiny-fragment"), surface.TinyFragment);
});

test("the element has no public members but its life cycle and its props", () => {
  assert.deepEqual(Object.getOwnPropertyNames(surface.TinyFragment.prototype), [
    "constructor",
    "connectedCallback",
    "disconnectedCallback",
  ]);
  assert.equal(Object.hasOwn(document.createElement("tiny-fragment"), "props"), false);
});

test("on the window it puts the two names of the real client and nothing else", () => {
  const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
  assert.deepEqual(added.sort(), ["tinyFrontendDeps", "tinyFrontendExports"]);
});

test("a second copy of the script in the page leaves the first in charge", async () => {
  const second = "../src/index.ts?second";
  await import(second);
  assert.equal(customElements.get("tiny-fragment"), surface.TinyFragment);
});

test("minified and gzipped it keeps its budget", async () => {
  const { gzip } = sizes(await bundleModule(browserEntry));
  assert.ok(gzip <= budgets.browser, `${gzip} bytes; the budget is ${budgets.browser}`);
});
