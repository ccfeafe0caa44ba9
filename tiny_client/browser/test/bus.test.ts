import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createHostBridge } from "../../../event_bus/src/bridge/create-host-bridge.ts";
import type { FragmentHandle, Leak, MfeBridgeHandle } from "../../../event_bus/src/bridge/types.ts";
import { createBus } from "../../../event_bus/src/bus/create-bus.ts";
import { deploy, errors, origin, reset, settle, show } from "./page.ts";
import { RUNTIME, umd } from "./runtime.ts";

const page = globalThis as unknown as Record<string, unknown>;
const handles: (FragmentHandle | undefined)[] = [];
page["handles"] = handles;
const leaks: Leak[] = [];
const reports: unknown[] = [];
const accessToken = "0123456789abcdef0123456789abcdef";
let bridge: MfeBridgeHandle;

const openBridge = (): void => {
  const bus = createBus({
    appId: "shop",
    allowUnregisteredMessageNames: true,
    observability: { onError: (error) => reports.push(error) },
  });
  const onLeak = (leak: Leak): number => leaks.push(leak);
  bridge = createHostBridge({ appId: "shop", bus, accessToken, onLeak });
};
const ready = (): unknown => dispatch(new Event("mfe-bridge-ready"));
const dispatch = (event: Event): unknown =>
  (document.defaultView as unknown as EventTarget).dispatchEvent(event);

openBridge();
await import("../src/index.ts");

const runtime = { name: "test", contractVersion: "1" };
const fragment = (name: string): string =>
  `<tiny-fragment name="${name}" contract-version="1.0.0" api="${origin}"></tiny-fragment>`;
/** Each component writes its handle down; `more` is what it does besides. */
const deployed = (name: string, more = ""): string => {
  deploy("test", "1", RUNTIME);
  const component = `(props, root, { bus }) => { handles.push(bus); ${more} }`;
  deploy(name, "1.0.0", umd(name, `() => ${component}`), { runtime });
  return fragment(name);
};

afterEach(async () => {
  await reset();
  for (const list of [handles, leaks, reports]) list.length = 0;
});

test("each island gets a handle of its own, under the fragment's name", async () => {
  await show(deployed("Two") + fragment("Two") + deployed("Other"));
  assert.deepEqual(
    handles.map((handle) => handle?.name),
    ["Two", "Two", "Other"],
  );
  assert.equal(new Set(handles).size, 3);
});

test("the connector is taken before any bundle runs", async () => {
  const theft = "try { __MFE_BRIDGE__.takeConnector() } catch (error) { handles.push(error.code) }";
  await show(deployed("Thief", theft));
  assert.equal(handles[1], "unauthorized");
  assert.equal(reports.length, 1);
});

test("the handle ends with its island, and what was left open is named", async () => {
  const element = await show(deployed("Leaky", "bus.subscribe('a', () => 1)") + deployed("Stays"));
  const [leaky, stays] = handles as [FragmentHandle, FragmentHandle];
  element.remove();
  await settle();
  assert.equal(leaky.signal.aborted, true);
  assert.equal(stays.signal.aborted, false);
  assert.deepEqual(leaks, [{ name: "Leaky", subscriptions: ["a"] }]);
});

test("what a fragment ends while it unmounts is no leak", async () => {
  const more = "const off = bus.subscribe('a', () => 1); root.replaceChildren = off;";
  const element = await show(deployed("Tidy", more));
  element.remove();
  await settle();
  assert.equal(handles[0]?.signal.aborted, true);
  assert.deepEqual(leaks, []);
});

test("the handle of a component that fails ends at once", async () => {
  await show(deployed("Broken", "throw new Error('boom')"));
  assert.equal(handles[0]?.signal.aborted, true);
});

test("the handle of a component that is gone later ends then", async () => {
  await show(deployed("Gone"));
  const options = page["options"] as { onError(error: Error, info: { fatal: boolean }): void };
  options.onError(new Error("small"), { fatal: false });
  assert.equal(handles[0]?.signal.aborted, false);
  options.onError(new Error("big"), { fatal: true });
  assert.equal(handles[0]?.signal.aborted, true);
});

test("an event that announces no new bridge changes nothing", async () => {
  ready();
  assert.match(errors.join(), /No bus: HostBridgeError/);
  await show(deployed("After"));
  assert.equal(handles[0]?.name, "After");
});

test("without a bridge a fragment has no bus, and a bridge that comes later is taken", async () => {
  bridge.dispose(accessToken);
  await show(deployed("Alone"));
  assert.equal(handles.length, 1);
  assert.equal(handles[0], undefined);
  openBridge();
  ready();
  handles.length = 0;
  await show(deployed("Later"));
  const [later] = [...handles] as [FragmentHandle];
  assert.equal(later.name, "Later");
  assert.equal(later.publish("a", {}).accepted, true);
});

test("a bridge of another maker is left alone", async () => {
  bridge.dispose(accessToken);
  const { takeConnector: _, connect: __, ...older } = bridge;
  page["__MFE_BRIDGE__"] = { ...older, disposed: false };
  ready();
  await show(deployed("Older"));
  assert.deepEqual(handles, [undefined]);
  assert.deepEqual(errors, []);
});
