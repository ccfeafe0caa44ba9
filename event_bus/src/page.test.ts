import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { buildSync } from "esbuild";

import type { MfeBridgeHandle } from "./bridge/types.ts";
import type { Bus } from "./bus/types.ts";
import type { Nack } from "./envelope/types.ts";
import type { StateSyncCoordinator } from "./state/types.ts";

const script =
  buildSync({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
  }).outputFiles[0]?.text ?? "";

/** What the script's tag says, beside the application. */
interface Tag {
  dev?: string;
  nonce?: string;
  retain?: string;
}

interface Page {
  __MFE_BRIDGE__?: MfeBridgeHandle | undefined;
  __TINY_BUS_DEV__?: { bus: Bus; state: StateSyncCoordinator } | undefined;
  readonly events: string[];
  readonly warnings: string[];
  include(appId?: string, more?: Tag): void;
}

/** A window of its own, in which no string becomes code, as under a strict CSP. */
function openPage(globals: object = {}, states: readonly object[] = []): Page {
  const events: string[] = [];
  const warnings: string[] = [];
  const elements = states.map((state) => ({
    nonce: "n1",
    textContent: JSON.stringify(state),
    closest: () => null,
  }));
  const document = { currentScript: {}, querySelectorAll: () => elements };
  const window = {
    document,
    console: { ...console, warn: (text: string) => warnings.push(text) },
    crypto,
    performance,
    queueMicrotask,
    setTimeout,
    clearTimeout,
    MessageChannel,
    AbortController,
    Event,
    dispatchEvent: (event: Event) => events.push(event.type),
    events,
    warnings,
    include(appId?: string, { nonce = "n1", ...more }: Tag = {}) {
      const dataset = appId === undefined ? more : { appId, ...more };
      document.currentScript = { dataset, nonce };
      runInContext(script, window);
    },
    ...globals,
  };
  return createContext(window, { codeGeneration: { strings: false, wasm: false } }) as Page;
}

const itemAdded = {
  messageName: "cart:item-added",
  kind: "event",
  eventKind: "item-added",
  payload: { id: "p1" },
  source: "host",
} as const;

const dev = { dev: "" };

describe("the page script", () => {
  test("makes the page's bridge for the application of its tag, and says so", () => {
    const page = openPage();
    page.include("shop");
    assert.equal(page.__MFE_BRIDGE__?.appId, "shop");
    assert.deepEqual(page.events, ["mfe-bridge-ready"]);
  });

  test("works without a name on its tag", () => {
    const page = openPage();
    page.include();
    assert.equal(page.__MFE_BRIDGE__?.appId, "host");
  });

  test("gives fragments their handles, and the window gives nothing", async () => {
    const page = openPage();
    page.include("shop");
    const bridge = page.__MFE_BRIDGE__!;
    const { connect } = bridge.takeConnector();
    const received: unknown[] = [];
    connect("Cart").subscribe("cart:item-added", (message) => {
      received.push(message.source, JSON.stringify(message.payload));
    });
    assert.equal(connect("Recs").publish("cart:item-added", { id: "p1" }).accepted, true);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(received, ["Recs", '{"id":"p1"}']);
    const refused = { name: "HostBridgeError", code: "unauthorized" };
    assert.throws(() => bridge.getBus(), refused);
    assert.throws(() => bridge.takeConnector(), refused);
    assert.throws(() => bridge.getSnapshot?.("a"), refused);
    assert.throws(() => bridge.dispose(), refused);
    assert.equal((bridge.tryPublish(itemAdded) as Nack).errorCode, "unauthorized");
    assert.equal(page.__TINY_BUS_DEV__, undefined);
  });

  test("begins with the state that stands in the page", () => {
    const page = openPage({}, [{ "shop:cart": { count: 2 } }, { "shop:locale": "en" }]);
    page.include("shop");
    const cart = page.__MFE_BRIDGE__!.takeConnector().connect("Cart");
    assert.equal(cart.map<{ count: number }>("shop:cart").get().count, 2);
    assert.equal(cart.getSnapshot("shop:locale"), "en");
  });

  test("does not take state without its own nonce", () => {
    const page = openPage({}, [{ a: 1 }]);
    page.include("shop", { nonce: "another" });
    const cart = page.__MFE_BRIDGE__!.takeConnector().connect("Cart");
    assert.equal(cart.getSnapshot("a"), undefined);
  });

  test("keeps what its tag says for fragments that subscribe later", async () => {
    const page = openPage();
    page.include("shop", { retain: '{"cart:*": 1}' });
    const { connect } = page.__MFE_BRIDGE__!.takeConnector();
    connect("Recs").publish("cart:item-added", 1);
    connect("Recs").publish("cart:item-added", 2);
    await new Promise((resolve) => setTimeout(resolve));
    const received: unknown[] = [];
    connect("Cart").subscribe("cart:item-added", ({ payload }) => received.push(payload));
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(received, [2]);
  });

  test("included twice keeps the first bridge", () => {
    const page = openPage();
    page.include("shop");
    const bridge = page.__MFE_BRIDGE__;
    page.include("shop");
    page.include("other", dev);
    assert.equal(page.__MFE_BRIDGE__, bridge);
    assert.equal(page.__TINY_BUS_DEV__, undefined);
    assert.deepEqual(page.events, ["mfe-bridge-ready"]);
  });

  test("does not take the place of something else, and names it as the problem", () => {
    const page = openPage({ __MFE_BRIDGE__: { appId: "legacy" } });
    assert.throws(() => page.include("shop"), /__MFE_BRIDGE__ is taken by "legacy"/);
  });
});

describe("in development the page script", () => {
  test("gives the bus to everybody, and keeps a log", async () => {
    const page = openPage();
    page.include("shop", dev);
    const bus = page.__MFE_BRIDGE__!.getBus();
    assert.equal(bus.appId, "shop");
    const received: unknown[] = [];
    const off = bus.subscribe("cart:item-added", ({ messageName }) => received.push(messageName));
    assert.equal(page.__MFE_BRIDGE__?.tryPublish(itemAdded).accepted, true);
    await new Promise((resolve) => setTimeout(resolve));
    off();
    assert.deepEqual(received, ["cart:item-added"]);
    assert.equal(bus.log()[0]?.message.messageName, "cart:item-added");
  });

  test("shows bus and state to inspector and tests", () => {
    const page = openPage({}, [{ a: 1 }]);
    page.include("shop", dev);
    assert.equal(page.__TINY_BUS_DEV__?.bus, page.__MFE_BRIDGE__?.getBus());
    assert.equal(page.__TINY_BUS_DEV__?.state.getSnapshot("a"), 1);
  });

  test("names on the console what a fragment left behind", () => {
    const page = openPage();
    page.include("shop", dev);
    const cart = page.__MFE_BRIDGE__!.takeConnector().connect("Cart");
    cart.subscribe("a", () => 1);
    cart.subscribe("shop:*", () => 1);
    cart.dispose();
    assert.deepEqual(page.warnings, ["Fragment Cart left subscribed: a, shop:*"]);
  });

  test("included after the bridge was disposed makes a new one", () => {
    const page = openPage();
    page.include("shop", dev);
    page.__MFE_BRIDGE__?.dispose();
    assert.equal(page.__MFE_BRIDGE__, undefined);
    page.include("again", dev);
    const owner = (page as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__?.appId;
    assert.equal(owner, "again");
  });
});
