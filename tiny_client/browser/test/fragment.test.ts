import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import {
  LATE, answers, asked, deploy, errors, origin, recordEvents, reset, scripts, settle, show,
} from "./page.ts";
import { calls, RUNTIME, umd } from "./runtime.ts";

await import("../src/index.ts");

const page = globalThis as unknown as Record<string, unknown>;
const runtime = { name: "test", contractVersion: "1" };
const events = recordEvents();
let name = "";
let count = 0;

const opened = (more = ""): string =>
  `<tiny-fragment name="${name}" contract-version="1.0.0" api="${origin}" ${more}>`;
/** A fragment's element with server HTML. Each test has its own: a page loads a fragment once. */
const served = (more = ""): string =>
  `${opened(`release="r1" id-prefix="t0-" status="rendered" ${more}`)}
    <div data-tiny-root><i>server</i></div><script
    type="application/json" data-tiny-props>{"a":1}</script></tiny-fragment>`;

const content = (element: Element): string =>
  [...element.children].map((e) => (e.localName === "script" ? "" : e.innerHTML)).join("");
const deployComponent = (component: string, more: object = {}): string =>
  deploy(name, "1.0.0", umd(name, `() => ${component}`), { runtime, ...more });
const BREAKS = "() => { throw new Error('boom'); }";

beforeEach(() => {
  name = `Cart${++count}`;
  deploy("test", "1", RUNTIME);
  deploy(name, "1.0.0", umd(name, "(lib) => () => {}"), { runtime, release: "r1" });
});

afterEach(async () => {
  await reset();
  calls.length = 0;
  events.length = 0;
  delete page[`tinyFrontend${name}Config`];
  delete page[`tinyFrontend${name}@1.0.0Config`];
  delete page["define"];
});

test("server HTML is hydrated with its props and id prefix", async () => {
  const element = await show(served());
  assert.deepEqual(calls, ['hydrate t0- {"a":1}']);
  assert.equal(element.getAttribute("status"), "active");
  assert.deepEqual(events, ["tiny-fragment-ready"]);
  assert.equal(content(element), "<i>server</i>");
});

test("several fragments of one release share one config and one script", async () => {
  await show(served() + served());
  assert.equal(calls.length, 2);
  assert.equal(asked.filter((url) => url.includes(name)).length, 2);
});

test("a fragment without server HTML mounts, and other content stands until then", async () => {
  document.body.innerHTML = `${opened('props=\'{"b":2}\'')}Wait</tiny-fragment>`;
  const element = document.querySelector("tiny-fragment")!;
  assert.equal(element.textContent, "Wait");
  await settle();
  assert.equal(element.innerHTML, '<div data-tiny-root=""><b>mounted</b></div>');
  assert.match(calls[0]!, /^mount c\d+- \{"b":2\}$/);
});

test("props set as a property before the element is in the page are used", async () => {
  const element = document.createElement("tiny-fragment");
  for (const [key, value] of [["name", name], ["contract-version", "1.0.0"], ["api", origin]]) {
    element.setAttribute(key!, value!);
  }
  element.props = { c: 3 };
  document.body.append(element);
  await settle();
  assert.match(calls[0]!, /\{"c":3\}$/);
});

test("a fragment that is removed unmounts, and put back later it renders anew", async () => {
  const element = await show(served());
  element.remove();
  await settle();
  assert.equal(calls.at(-1), "unmount");
  document.body.append(element);
  await settle();
  assert.equal(calls.at(-1), 'mount t0- {"a":1}');
  assert.equal(content(element), "<b>mounted</b>");
});

test("a fragment that is moved within the page stays mounted", async () => {
  const element = await show(`${served()}<main></main>`);
  element.remove();
  await Promise.resolve();
  document.querySelector("main")!.append(element);
  await settle();
  assert.equal(calls.length, 1);
  assert.equal(element.getAttribute("status"), "active");
});

test("a fragment that is removed while it loads is never started", async () => {
  deploy(name, "1.0.0", LATE + umd(name, "() => () => {}"), { runtime });
  document.body.innerHTML = served();
  await Promise.resolve();
  document.body.innerHTML = "";
  await settle();
  await settle();
  assert.equal(asked.at(-1), `${origin}/tiny/bundle/${name}.1.0.0.js`);
  assert.deepEqual(calls, []);
  assert.deepEqual(events, []);
});

test("a slot that fell back on the server is left alone", async () => {
  const element = await show(`${opened('status="fallback"')}Sorry</tiny-fragment>`);
  assert.match(element.outerHTML, /status="fallback">Sorry<\/tiny-fragment>$/);
  assert.deepEqual(asked, []);
});

test("the config in the page is used, and its api before the element's", async () => {
  page[`tinyFrontend${name}Config`] = {
    umdBundle: "x.js", api: "https://cdn.example", runtime, contractVersion: "1.0.0",
  };
  scripts.set("https://cdn.example/tiny/bundle/x.js", umd(name, "() => () => {}"));
  page["tinyFrontendtestConfig"] = { umdBundle: "test.1.js", api: origin, contractVersion: "1" };
  const element = await show(served());
  delete page["tinyFrontendtestConfig"];
  assert.equal(element.getAttribute("status"), "active");
  assert.equal(asked.some((url) => url.includes("/tiny/latest/")), false);
});

test("the config of another contract version is not used", async () => {
  page[`tinyFrontend${name}Config`] = { umdBundle: "wrong.js", contractVersion: "2.0.0" };
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "active");
  page[`tinyFrontend${name}@1.0.0Config`] = { umdBundle: `${name}.1.0.0.js`, runtime, api: origin };
  asked.length = 0;
  await show(served());
  assert.equal(asked.some((url) => url.includes(`latest/${name}`)), false);
});

test("a component that throws while it hydrates leaves the server HTML standing", async () => {
  deployComponent("(props, root) => { root.innerHTML = ''; throw new Error('boom'); }");
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "failed");
  assert.equal(content(element), "<i>server</i>");
  assert.deepEqual(events, ["tiny-fragment-error hydrate boom"]);
  assert.deepEqual(errors, [`tiny-fragment ${name}@1.0.0 (r1), hydrate: Error: boom`]);
});

test("a fatal error that the runtime reports while it hydrates does the same", async () => {
  deployComponent(`(props, root, options) => {
    root.innerHTML = "";
    options.onError(new Error("boom"), { fatal: true });
  }`);
  const element = await show(served());
  assert.equal(content(element), "<i>server</i>");
  assert.deepEqual(events, ["tiny-fragment-error hydrate boom"]);
  assert.equal(calls.at(-1), "unmount");
});

test("nodes that the framework left in place are kept after a failure", async () => {
  deployComponent(BREAKS);
  document.body.innerHTML = served();
  const before = document.querySelector("i");
  await settle();
  assert.equal(document.querySelector("i"), before);
});

test("a failed mount leaves the other content standing", async () => {
  deployComponent(BREAKS);
  const element = await show(`${opened()}Wait</tiny-fragment>`);
  assert.equal(element.innerHTML, "Wait");
  assert.deepEqual(events, ["tiny-fragment-error mount boom"]);
});

test("a later error that emptied the root brings the server HTML back", async () => {
  const element = await show(served());
  const options = page["options"] as { onError(error: Error, info: { fatal: boolean }): void };
  options.onError(new Error("small"), { fatal: false });
  assert.equal(element.getAttribute("status"), "active");
  element.querySelector("[data-tiny-root]")!.replaceChildren();
  options.onError(new Error("big"), { fatal: true });
  assert.equal(element.getAttribute("status"), "failed");
  assert.equal(content(element), "<i>server</i>");
  assert.deepEqual(events.slice(1), [
    "tiny-fragment-error run small",
    "tiny-fragment-error run big",
  ]);
});

test("a bundle that is gone is looked up once more, and the newer one mounts", async () => {
  page[`tinyFrontend${name}Config`] = { umdBundle: "gone.js", runtime, api: origin };
  const element = await show(served());
  assert.equal(calls[0], 'mount t0- {"a":1}');
  assert.equal(content(element), "<b>mounted</b>");
  assert.equal(asked.filter((url) => url.includes("/latest/" + name)).length, 1);
});

test("a bundle that is gone and has no successor ends in an error", async () => {
  answers.set(`${origin}/tiny/latest/${name}/1.0.0`, { umdBundle: "gone.js", runtime });
  const element = await show(served());
  assert.equal(content(element), "<i>server</i>");
  assert.deepEqual(events, [
    "tiny-fragment-error bundle gone.js is gone, blocked, or not what its integrity says.",
  ]);
});

test("HTML of another release than the bundle's is replaced and not hydrated", async () => {
  deployComponent("() => {}", { release: "r2" });
  await show(served());
  assert.equal(calls[0], 'mount t0- {"a":1}');
});

test("a runtime that cannot be had is an error of its own", async () => {
  answers.delete(`${origin}/tiny/latest/absent/1`);
  deployComponent("() => {}", { runtime: { name: "absent", contractVersion: "1" } });
  await show(served());
  assert.deepEqual(events, [
    `tiny-fragment-error runtime No config from ${origin}/tiny/latest/absent/1: status 404`,
  ]);
});

test("what failed is tried again by the next fragment", async () => {
  const config = answers.get(`${origin}/tiny/latest/${name}/1.0.0`)!;
  answers.delete(`${origin}/tiny/latest/${name}/1.0.0`);
  await show(served());
  assert.match(events[0]!, /error config No config from/);
  answers.set(`${origin}/tiny/latest/${name}/1.0.0`, config);
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "active");
});

test("a fragment that names itself as its runtime settles", async () => {
  deployComponent("() => {}", { runtime: { name, contractVersion: "1.0.0" } });
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "failed");
});

test("the export attribute chooses, and an unknown one is an error that lists the exports", async () => {
  deployComponent("({ Mini() { calls.push('mini'); }, Full() {} })");
  await show(served('export="Mini"'));
  assert.equal(calls.at(-1), "mini");
  await show(served('export="Nope"'));
  assert.match(events.at(-1)!, /hydrate The bundle does not export Nope; it exports Mini, Full/);
});
