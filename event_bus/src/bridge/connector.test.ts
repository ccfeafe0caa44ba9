/** How a host's page hands out handles: the connector, its tokens, and their end. */

import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import type { Bus } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import { generateAccessToken } from "./access-token.ts";
import { createHostBridge } from "./create-host-bridge.ts";
import type { CreateHostBridgeOptions, Leak, MfeBridgeHandle } from "./types.ts";

const accessToken = generateAccessToken();
let bridge: MfeBridgeHandle;
let reports: string[] = [];

function openBridge(options: Partial<CreateHostBridgeOptions> = {}): Bus {
  reports = [];
  const bus = createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    observability: {
      onError: (error, context) => reports.push(`${context}: ${(error as Error).message}`),
    },
  });
  bridge = createHostBridge({ appId: "shop", bus, accessToken, ...options });
  return bus;
}

afterEach(() => bridge.dispose(accessToken));

describe("the connector", () => {
  test("is for the first caller; a later one is refused and reported", () => {
    openBridge();
    const connector = bridge.takeConnector();
    assert.equal(connector.connect("Cart").name, "Cart");
    assert.throws(() => bridge.takeConnector(), { name: "HostBridgeError", code: "unauthorized" });
    assert.deepEqual(reports, ['bridge: The bridge of "shop" has given its connector away.']);
    assert.equal(Object.isFrozen(connector), true);
  });

  test("makes a handle for each copy of a fragment", () => {
    const bus = openBridge();
    const { connect } = bridge.takeConnector();
    const heard: string[] = [];
    connect("Cart").subscribe("a", () => heard.push("first"));
    connect("Cart").subscribe("a", () => heard.push("second"));
    bus.publish(createEvent("a", {}, { source: "shop", target: "Cart" }));
    assert.deepEqual(heard, ["first", "second"]);
  });

  test("gives nobody a voice who has no name", () => {
    openBridge();
    const { connect } = bridge.takeConnector();
    for (const name of ["", null, undefined, 1]) {
      assert.equal(connect(name as string).publish("a", {}).accepted, false);
    }
  });

  test("revokes every handle and token of a name, and those of no other", () => {
    openBridge();
    const connector = bridge.takeConnector();
    const carts = [connector.connect("Cart"), connector.connect("Cart")];
    const reviews = connector.connect("Reviews");
    const [cartToken, reviewsToken] = ["Cart", "Reviews"].map(connector.issueToken) as [
      string,
      string,
    ];
    connector.revoke("Cart");
    assert.deepEqual(
      carts.map(({ signal }) => signal.aborted),
      [true, true],
    );
    assert.equal(reviews.signal.aborted, false);
    assert.throws(() => bridge.connect("Cart", cartToken), { code: "unauthorized" });
    assert.equal(bridge.connect("Reviews", reviewsToken).name, "Reviews");
    assert.equal(connector.connect("Cart").signal.aborted, false);
  });
});

describe("a token", () => {
  test("gets the fragment its handle, once", () => {
    openBridge();
    const token = bridge.takeConnector().issueToken("Cart");
    assert.match(token, /^[0-9a-f]{32}$/);
    assert.equal(bridge.connect("Cart", token).name, "Cart");
    assert.throws(() => bridge.connect("Cart", token), {
      name: "HostBridgeError",
      code: "unauthorized",
    });
    assert.equal(reports.length, 1);
  });

  test("is of no use under another name, and then of no use at all", () => {
    openBridge();
    const token = bridge.takeConnector().issueToken("Cart");
    assert.throws(() => bridge.connect("Reviews", token), { code: "unauthorized" });
    assert.throws(() => bridge.connect("Cart", token), { code: "unauthorized" });
    assert.equal(reports.length, 2);
  });

  test("is not the access token, and a guess is none", () => {
    openBridge();
    for (const token of [accessToken, "", "toString", "__proto__", undefined, {}, []]) {
      assert.throws(() => bridge.connect("Cart", token as string), { code: "unauthorized" });
    }
    assert.equal(reports.length, 7);
  });
});

describe("the bridge's state", () => {
  test("is that of the handles", () => {
    openBridge({ stateSync: { enabled: true, initialSnapshots: { locale: "en" } } });
    const cart = bridge.takeConnector().connect("Cart");
    cart.atom("locale").set("de");
    assert.equal(bridge.getSnapshot?.("locale", accessToken), "de");
    assert.equal(cart.getSnapshot("locale"), "de");
  });

  test("may be the host's own, which outlives the bridge", () => {
    const bus = createBus({
      appId: "shop",
      dispatch: "sync",
      allowUnregisteredMessageNames: true,
    });
    const state = attachStateSync(bus, { enabled: true });
    openBridge({ bus, stateSync: state });
    bridge.takeConnector().connect("Cart").atom("locale").set("de");
    assert.equal(state.getSnapshot("locale"), "de");
    bridge.dispose(accessToken);
    openBridge({ bus, stateSync: state });
    bridge.takeConnector().connect("Cart").atom("locale").set("fr");
    assert.equal(state.getSnapshot("locale"), "fr");
  });

  test("is not there unless it is asked for", () => {
    openBridge();
    assert.equal("getSnapshot" in bridge, false);
  });
});

describe("the end", () => {
  test("of the bridge ends handles, tokens and connector", () => {
    openBridge();
    const connector = bridge.takeConnector();
    const cart = connector.connect("Cart");
    const token = connector.issueToken("Cart");
    bridge.dispose(accessToken);
    assert.equal(cart.signal.aborted, true);
    for (const call of [
      () => connector.connect("Cart"),
      () => connector.issueToken("Cart"),
      () => bridge.connect("Cart", token),
      () => bridge.takeConnector(),
    ]) {
      assert.throws(call, { name: "HostBridgeError", code: "delivery" });
    }
  });

  test("of the bus ends the bridge", () => {
    const bus = openBridge();
    const cart = bridge.takeConnector().connect("Cart");
    bus.dispose();
    assert.equal(bridge.disposed, true);
    assert.equal(cart.signal.aborted, true);
    assert.equal((globalThis as { __MFE_BRIDGE__?: unknown }).__MFE_BRIDGE__, undefined);
  });

  test("of a handle names what its fragment left", () => {
    const leaks: Leak[] = [];
    openBridge({ onLeak: (leak) => leaks.push(leak) });
    const { connect, revoke } = bridge.takeConnector();
    const tidy = connect("Tidy");
    tidy.subscribe("a", () => 1)();
    tidy.dispose();
    connect("Cart").subscribe("cart:*", () => 1);
    revoke("Cart");
    assert.deepEqual(leaks, [{ name: "Cart", subscriptions: ["cart:*"] }]);
  });
});
