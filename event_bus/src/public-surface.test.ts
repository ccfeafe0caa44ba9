import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as surface from "./index.ts";

test("the package exports these values and no others", () => {
  assert.deepEqual(Object.keys(surface).sort(), [
    "BusValidationError",
    "CommandMessageSchema",
    "EventMessageSchema",
    "HostBridgeError",
    "MessageBaseSchema",
    "MessageSchema",
    "QueryMessageSchema",
    "StateMessageSchema",
    "UserContextMessageSchema",
    "UserContextSchema",
    "ValidationDescriptorSchema",
    "createBus",
    "createEvent",
    "createHostBridge",
    "generateAccessToken",
    "isValidMfeBridgeHandle",
  ]);
});

test("a bus and a bridge have these members and no others", () => {
  const bus = surface.createBus({ appId: "shop" });
  const bridge = surface.createHostBridge({ appId: "shop", bus });
  bridge.dispose();
  assert.deepEqual(Object.keys(bus).sort(), [
    "appId",
    "attemptPublish",
    "dispose",
    "observeAll",
    "publish",
    "subscribe",
  ]);
  assert.deepEqual(Object.keys(bridge).sort(), [
    "appId",
    "dispose",
    "disposed",
    "getBus",
    "protocolVersion",
    "remotes",
    "tryPublish",
  ]);
});

test("the package depends on nothing at run time", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const description = JSON.parse(text) as Record<string, unknown>;
  assert.equal(description["dependencies"], undefined);
  assert.equal(description["peerDependencies"], undefined);
});
