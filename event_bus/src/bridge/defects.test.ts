/** Regression tests for the defects that an earlier bridge of this design had. */

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import { TopicRegistry } from "../bus/registry.ts";
import { createEvent } from "../envelope/complete.ts";
import { generateAccessToken } from "./access-token.ts";
import { createHostBridge } from "./create-host-bridge.ts";
import type { MfeBridgeHandle } from "./types.ts";

const page = globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle | undefined };
const accessToken = generateAccessToken();
let bridge: MfeBridgeHandle;

function openBridge(registry?: TopicRegistry): ReturnType<typeof createBus> {
  const bus = createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    registry,
  });
  const stateSync = { enabled: true, initialSnapshots: { secret: 1 } };
  bridge = createHostBridge({ appId: "shop", bus, accessToken, stateSync });
  return bus;
}

afterEach(() => bridge.dispose(accessToken));

describe("known defects stay away", () => {
  test("11: getSnapshot and dispose want the token", () => {
    openBridge();
    assert.equal(bridge.getSnapshot?.("secret", accessToken), 1);
    for (const token of [undefined, "", generateAccessToken()]) {
      assert.throws(() => bridge.getSnapshot?.("secret", token), { code: "unauthorized" });
      assert.throws(() => bridge.dispose(token), { code: "unauthorized" });
    }
    assert.equal(bridge.disposed, false);
  });

  test("11: the global cannot be replaced to phish tokens", () => {
    openBridge();
    const phisher = { ...bridge, disposed: false };
    assert.throws(() => (page.__MFE_BRIDGE__ = phisher), { code: "conflict" });
    assert.throws(() => Object.defineProperty(page, "__MFE_BRIDGE__", { value: phisher }));
    assert.equal(Reflect.deleteProperty(page, "__MFE_BRIDGE__"), false);
    assert.equal(page.__MFE_BRIDGE__, bridge);
  });

  test("11: source and subscriber id are what the host says", () => {
    const bus = openBridge();
    const heard: string[] = [];
    bus.subscribe("a", ({ source }) => heard.push(source));
    const cart = bridge.takeConnector().connect("Cart");
    const asHost = { source: "shop", subscriberId: "Admin" };
    assert.equal(cart.publish("a", {}, asHost as object).accepted, false, "no such options");
    cart.publish("a", {}, { source: "shop" } as object);
    cart.subscribe("b", () => heard.push("another's message"), asHost as object);
    bus.publish(createEvent("b", {}, { source: "shop", target: "Admin" }));
    assert.deepEqual(heard, ["Cart"]);
  });

  test("11: who observes sees neither another's target nor what it may not read", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "secret", allowedSubscribers: ["Admin"] });
    const bus = openBridge(registry);
    const seen: string[] = [];
    bridge.takeConnector().connect("Cart").observe(({ messageName }) => seen.push(messageName));
    bus.publish(createEvent("secret", {}, { source: "shop" }));
    bus.publish(createEvent("private", {}, { source: "shop", target: "Admin" }));
    bus.publish(createEvent("open", {}, { source: "shop" }));
    assert.deepEqual(seen, ["open"]);
  });
});
