import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createHostBridge } from "../../../event_bus/src/bridge/create-host-bridge.ts";
import type { FragmentHandle } from "../../../event_bus/src/bridge/types.ts";
import { createBus } from "../../../event_bus/src/bus/create-bus.ts";
import { asked, deploy, dispatch, origin, readyState, reset, settle, show } from "./page.ts";
import { calls, RUNTIME, umd } from "./runtime.ts";

const page = globalThis as unknown as Record<string, unknown>;
const handles: (FragmentHandle | undefined)[] = [];
page["handles"] = handles;

// The page is still coming, and the script of its bus too. happy-dom's own load event is over.
await settle();
readyState("loading");
document.head.innerHTML = '<script data-app-id="shop"></script>';
await import("../src/index.ts");

const runtime = { name: "test", contractVersion: "1" };
let count = 0;

/** A fragment's element, whole as the host writes it unless `end` is left out. */
function served(end = "<!---->"): string {
  const name = `Part${++count}`;
  deploy("test", "1", RUNTIME);
  const component = "(props, root, { bus }) => { handles.push(bus); }";
  deploy(name, "1.0.0", umd(name, `() => ${component}`), { runtime, release: "r1" });
  return `<tiny-fragment name="${name}" contract-version="1.0.0" api="${origin}" release="r1"
    id-prefix="t0-" status="rendered"><div data-tiny-root><i>server</i></div><script
    type="application/json" data-tiny-props>{"a":1}</script>${end}</tiny-fragment>`;
}
const bundles = (): string[] => asked.filter((url) => url.includes("/bundle/"));

afterEach(async () => {
  await reset();
  calls.length = handles.length = 0;
  readyState("loading");
});

test("no bundle runs before the page's bus is taken, and then each has its handle", async () => {
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "hydrating");
  dispatch("DOMContentLoaded");
  await settle();
  assert.deepEqual(bundles(), []);
  const bus = createBus({ appId: "shop", allowUnregisteredMessageNames: true });
  createHostBridge({ appId: "shop", bus, accessToken: "0123456789abcdef0123456789abcdef" });
  dispatch("mfe-bridge-ready");
  await settle();
  assert.equal(element.getAttribute("status"), "active");
  assert.match(handles[0]!.name, /^Part/);
});

test("an element that is whole starts while the page still comes", async () => {
  const element = await show(served());
  assert.equal(element.getAttribute("status"), "active");
});

test("an element waits for its end, and starts with it", async () => {
  const element = await show(served(""));
  assert.equal(element.getAttribute("status"), "rendered");
  element.append(document.createComment(""));
  await settle();
  assert.equal(element.getAttribute("status"), "active");
  assert.equal(calls.length, 1);
  dispatch("DOMContentLoaded");
  await settle();
  assert.equal(calls.length, 1);
});

test("an element that another host wrote, without an end, waits for the page", async () => {
  const element = await show(served(""));
  assert.equal(element.getAttribute("status"), "rendered");
  dispatch("DOMContentLoaded");
  await settle();
  assert.equal(element.getAttribute("status"), "active");
});

test("a late slot starts in its place and not before, once", async () => {
  const place = '<p><tiny-fragment name="x" data-tiny-slot="3" status="pending"></tiny-fragment></p>';
  await show(`${place}<div id="tiny-late-3" data-tiny-late hidden>${served()}</div>`);
  const late = document.querySelector("[data-tiny-late] > *")!;
  assert.equal(late.getAttribute("status"), "rendered");
  document.querySelector("[data-tiny-slot]")!.replaceWith(late);
  await settle();
  dispatch("DOMContentLoaded");
  await settle();
  assert.equal(late.getAttribute("status"), "active");
  assert.deepEqual(calls, ['hydrate t0- {"a":1}']);
});

test("a place whose fragment has not come is left alone", async () => {
  const element = await show('<tiny-fragment name="x" status="pending">Soon<!----></tiny-fragment>');
  dispatch("DOMContentLoaded");
  await settle();
  assert.equal(element.getAttribute("status"), "pending");
  assert.deepEqual(asked, []);
});
