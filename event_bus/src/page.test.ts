import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { buildSync } from "esbuild";

import type { MfeBridgeHandle } from "./bridge/types.ts";

const script =
  buildSync({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
  }).outputFiles[0]?.text ?? "";

interface Page {
  __MFE_BRIDGE__?: MfeBridgeHandle | undefined;
  readonly events: string[];
  include(appId?: string): void;
}

/** A window of its own, in which no string becomes code, as under a strict CSP. */
function openPage(globals: object = {}): Page {
  const events: string[] = [];
  const document: { currentScript?: { dataset: { appId?: string } } } = {};
  const window = {
    document,
    crypto,
    queueMicrotask,
    Event,
    dispatchEvent: (event: Event) => events.push(event.type),
    events,
    include(appId?: string) {
      document.currentScript = { dataset: appId === undefined ? {} : { appId } };
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

describe("the page script", () => {
  test("makes the page's bridge for the application of its tag, and says so", () => {
    const page = openPage();
    page.include("shop");
    assert.equal(page.__MFE_BRIDGE__?.appId, "shop");
    assert.equal(page.__MFE_BRIDGE__?.getBus().appId, "shop");
    assert.deepEqual(page.events, ["mfe-bridge-ready"]);
  });

  test("works without a name on its tag", () => {
    const page = openPage();
    page.include();
    assert.equal(page.__MFE_BRIDGE__?.appId, "host");
  });

  test("carries a message of any name from one bundle to another", async () => {
    const page = openPage();
    page.include("shop");
    const received: unknown[] = [];
    const off = page.__MFE_BRIDGE__
      ?.getBus()
      .subscribe("cart:item-added", ({ payload }) => received.push(JSON.stringify(payload)));
    assert.equal(page.__MFE_BRIDGE__?.tryPublish(itemAdded).accepted, true);
    await Promise.resolve();
    off?.();
    page.__MFE_BRIDGE__?.tryPublish(itemAdded);
    await Promise.resolve();
    assert.deepEqual(received, ['{"id":"p1"}']);
  });

  test("rejects what is no envelope", () => {
    const page = openPage();
    page.include("shop");
    const result = page.__MFE_BRIDGE__?.tryPublish({ ...itemAdded, source: "" });
    assert.equal(result?.accepted, false);
  });

  test("included twice keeps the first bridge, its bus and its subscribers", async () => {
    const page = openPage();
    page.include("shop");
    const bridge = page.__MFE_BRIDGE__;
    let received = 0;
    bridge?.getBus().subscribe("cart:item-added", () => (received += 1));
    page.include("shop");
    page.include("other");
    assert.equal(page.__MFE_BRIDGE__, bridge);
    page.__MFE_BRIDGE__?.tryPublish(itemAdded);
    await Promise.resolve();
    assert.equal(received, 1);
    assert.deepEqual(page.events, ["mfe-bridge-ready"]);
  });

  test("included after the bridge was disposed makes a new one", () => {
    const page = openPage();
    const owner = (): string | undefined => page.__MFE_BRIDGE__?.appId;
    page.include("shop");
    page.__MFE_BRIDGE__?.dispose();
    assert.equal(owner(), undefined);
    page.include("again");
    assert.equal(owner(), "again");
  });

  test("does not take the place of something else, and names it as the problem", () => {
    const page = openPage({ __MFE_BRIDGE__: { appId: "legacy" } });
    assert.throws(() => page.include("shop"), /__MFE_BRIDGE__ is taken by "legacy"/);
  });
});
