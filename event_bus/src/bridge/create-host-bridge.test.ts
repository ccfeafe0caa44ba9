import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import type { Bus } from "../bus/types.ts";
import type { IncompleteMessage } from "../envelope/complete.ts";
import { messages } from "../envelope/messages.fixture.ts";
import type { Nack } from "../envelope/types.ts";
import { generateAccessToken } from "./access-token.ts";
import { createHostBridge } from "./create-host-bridge.ts";
import type { CreateHostBridgeOptions, MfeBridgeHandle } from "./types.ts";
import { isValidMfeBridgeHandle } from "./window-slot.ts";

const page = globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle | undefined };
const made: [MfeBridgeHandle, string | undefined][] = [];

afterEach(() => {
  for (const [bridge, token] of made.splice(0)) bridge.dispose(token);
});

const openBus = (): Bus => createBus({ appId: "shop", allowUnregisteredMessageNames: true });

function makeBridge(options: Partial<CreateHostBridgeOptions> = {}): MfeBridgeHandle {
  const bridge = createHostBridge({ appId: "shop", bus: openBus(), ...options });
  made.push([bridge, options.accessToken]);
  return bridge;
}

const itemAdded: IncompleteMessage = {
  messageName: "cart:item-added",
  kind: "event",
  eventKind: "item-added",
  payload: { id: "p1" },
  source: "recommendations",
};

describe("the bridge", () => {
  test("stands on window with its protocol, application, remotes and bus", () => {
    const bus = openBus();
    const bridge = makeBridge({ bus, remotes: ["Cart", "Reviews"] });
    assert.equal(page.__MFE_BRIDGE__, bridge);
    assert.equal(bridge.protocolVersion, 1);
    assert.equal(bridge.appId, "shop");
    assert.deepEqual(bridge.remotes, ["Cart", "Reviews"]);
    assert.equal(bridge.getBus(), bus);
    assert.equal(isValidMfeBridgeHandle(bridge), true);
  });

  test("cannot be replaced, deleted, redefined or changed by another script", () => {
    const bridge = makeBridge();
    const fake = { ...bridge, disposed: false };
    assert.throws(() => (page.__MFE_BRIDGE__ = fake), { code: "conflict" });
    assert.throws(() => (page.__MFE_BRIDGE__ = undefined), { code: "conflict" });
    assert.equal(Reflect.deleteProperty(page, "__MFE_BRIDGE__"), false);
    assert.throws(() => Object.defineProperty(page, "__MFE_BRIDGE__", { value: fake }), TypeError);
    assert.throws(() => Object.assign(bridge, { getBus: () => null }), TypeError);
    assert.equal(page.__MFE_BRIDGE__, bridge);
  });

  test("leaves when its owner disposes it, and makes room for another", () => {
    const first = makeBridge();
    first.dispose();
    assert.equal(page.__MFE_BRIDGE__, undefined);
    assert.equal(first.disposed, true);
    assert.throws(() => first.getBus(), { name: "HostBridgeError", code: "delivery" });
    assert.equal((first.tryPublish(itemAdded) as Nack).errorCode, "delivery");
    const second = makeBridge();
    first.dispose();
    assert.equal(page.__MFE_BRIDGE__, second);
  });

  test("is told from other values", () => {
    for (const value of [undefined, null, 1, "x", {}, { protocolVersion: 1, appId: "shop" }]) {
      assert.equal(isValidMfeBridgeHandle(value), false);
    }
  });
});

describe("tryPublish", () => {
  test("fills in ids, time, version and sensitivity, and acknowledges", async () => {
    const bus = openBus();
    const received: unknown[] = [];
    bus.subscribe("cart:item-added", (message) => received.push(message));
    const result = makeBridge({ bus }).tryPublish(itemAdded);
    await Promise.resolve();
    const [message] = received as [Record<string, unknown>];
    assert.equal(result.accepted, true);
    assert.equal(result.correlationId, message["correlationId"]);
    assert.match(result.receivedAtUtc, /Z$/);
    assert.deepEqual({ ...message, ...itemAdded }, message);
    assert.equal(message["messageVersion"], 1);
    assert.equal(message["sensitivity"], "internal");
  });

  test("takes a complete message of any kind as it is", async () => {
    const bus = openBus();
    const received: unknown[] = [];
    bus.subscribe("cart:item-added", (message) => received.push(message));
    const bridge = makeBridge({ bus });
    for (const message of Object.values(messages)) bridge.tryPublish(message);
    await Promise.resolve();
    assert.deepEqual(received, Object.values(messages));
  });

  test("answers a wrong message with a Nack that says what is wrong", () => {
    const bridge = makeBridge();
    const nack = bridge.tryPublish({ ...itemAdded, source: "", correlationId: "" }) as Nack;
    assert.equal(nack.accepted, false);
    assert.equal(nack.errorCode, "validation");
    assert.match(nack.message, /correlationId must/);
    assert.match(nack.message, /source must/);
  });

  test("never throws, whatever it is given", () => {
    const bridge = makeBridge();
    const unreadable = {
      get source(): string {
        throw new Error("no source");
      },
    };
    for (const message of [undefined, null, 1, "x", [], unreadable]) {
      const result = bridge.tryPublish(message as unknown as IncompleteMessage);
      assert.equal((result as Nack).errorCode, "validation");
    }
  });
});

describe("a bridge with an access token", () => {
  test("serves those who have the token and nobody else", () => {
    const accessToken = generateAccessToken();
    const bridge = makeBridge({ accessToken });
    assert.equal(bridge.tryPublish(itemAdded, accessToken).accepted, true);
    assert.ok(bridge.getBus(accessToken));
    for (const token of [undefined, "", generateAccessToken()]) {
      assert.throws(() => bridge.getBus(token), { name: "HostBridgeError", code: "unauthorized" });
      assert.throws(() => bridge.dispose(token), { code: "unauthorized" });
      assert.equal((bridge.tryPublish(itemAdded, token) as Nack).errorCode, "unauthorized");
    }
    assert.equal(page.__MFE_BRIDGE__, bridge);
    assert.equal(JSON.stringify(bridge).includes(accessToken), false);
  });

  test("is replaced only by who has the token", () => {
    const accessToken = generateAccessToken();
    const bridge = makeBridge({ accessToken });
    assert.throws(() => makeBridge({ onConflict: "replace" }), { code: "unauthorized" });
    assert.equal(page.__MFE_BRIDGE__, bridge);
    const next = makeBridge({ onConflict: "replace", accessToken });
    assert.equal(page.__MFE_BRIDGE__, next);
  });

  test("does not take an empty token for one", () => {
    assert.throws(() => makeBridge({ accessToken: "" }), { code: "validation" });
  });

  test("has 128 random bits as hex digits", () => {
    assert.match(generateAccessToken(), /^[0-9a-f]{32}$/);
    assert.notEqual(generateAccessToken(), generateAccessToken());
  });
});

describe("where the page has a bridge", () => {
  test("another one is refused by default", () => {
    makeBridge();
    assert.throws(() => makeBridge(), { name: "HostBridgeError", code: "conflict" });
  });

  test("return-existing returns it for the same application, remotes and bus", () => {
    const options = { bus: openBus(), remotes: ["Cart"], onConflict: "return-existing" } as const;
    const bridge = makeBridge(options);
    assert.equal(makeBridge(options), bridge);
  });

  for (const [what, changes] of [
    ["application", { appId: "blog" }],
    ["list of remotes", { remotes: ["Reviews"] }],
    ["bus", { bus: openBus() }],
  ] as const) {
    test(`return-existing refuses another ${what}`, () => {
      const options = { bus: openBus(), remotes: ["Cart"], onConflict: "return-existing" } as const;
      makeBridge(options);
      assert.throws(() => makeBridge({ ...options, ...changes }), { code: "conflict" });
    });
  }

  test("replace disposes it first", () => {
    const first = makeBridge();
    const second = makeBridge({ onConflict: "replace" });
    assert.equal(first.disposed, true);
    assert.equal(page.__MFE_BRIDGE__, second);
  });
});
