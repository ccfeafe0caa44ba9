import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as core from "./core.ts";
import * as surface from "./index.ts";

const CORE = [
  "BusPolicyError",
  "BusValidationError",
  "CommandMessageSchema",
  "EventMessageSchema",
  "MessageBaseSchema",
  "MessageKindSchema",
  "MessageSchema",
  "QueryMessageSchema",
  "SensitivitySchema",
  "StateMessageSchema",
  "StateOperationSchema",
  "TopicRegistry",
  "UserContextMessageSchema",
  "UserContextSchema",
  "ValidationDescriptorSchema",
  "completeMessage",
  "composePolicies",
  "createBus",
  "createEvent",
  "defaultSensitivityPolicy",
];

test("the core exports these values and no others", () => {
  assert.deepEqual(Object.keys(core).sort(), CORE);
});

test("the package exports the core, these values and no others", () => {
  const others = Object.keys(surface).filter((name) => !CORE.includes(name));
  assert.deepEqual(others.sort(), [
    "ConsoleObservabilityAdapter",
    "HostBridgeError",
    "attachStateSync",
    "connectFragment",
    "connectFrame",
    "connectParent",
    "connectTabs",
    "connectWorker",
    "createHostBridge",
    "createPageBus",
    "createStores",
    "defineContracts",
    "expose",
    "generateAccessToken",
    "isValidMfeBridgeHandle",
    "jsonSchema",
    "keep",
    "readInitialState",
    "release",
    "transfer",
    "versionedMessageSchema",
    "wrap",
  ]);
});

test("a bus, a bridge and a handle have these members and no others", () => {
  const bus = surface.createBus({ appId: "shop" });
  const bridge = surface.createHostBridge({ appId: "shop", bus, stateSync: { enabled: true } });
  const handle = bridge.takeConnector().connect("Cart");
  bridge.dispose();
  assert.deepEqual(Object.keys(bus).sort(), [
    "appId",
    "attemptPublish",
    "defaultSubscriberId",
    "dispose",
    "disposed",
    "log",
    "messages",
    "observeAll",
    "onDispose",
    "publish",
    "registerBeforeDeliver",
    "registry",
    "report",
    "request",
    "respond",
    "sendCommand",
    "subscribe",
    "subscriptions",
  ]);
  assert.deepEqual(Object.keys(bridge).sort(), [
    "appId",
    "connect",
    "dispose",
    "disposed",
    "getBus",
    "getSnapshot",
    "protocolVersion",
    "remotes",
    "takeConnector",
    "tryPublish",
  ]);
  assert.deepEqual(Object.keys(handle).sort(), [
    "atom",
    "batch",
    "command",
    "computed",
    "dispose",
    "getSnapshot",
    "map",
    "messages",
    "name",
    "observe",
    "onMount",
    "publish",
    "request",
    "respond",
    "signal",
    "subscribe",
  ]);
});

test("the package depends on nothing at run time, and every framework is optional", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const description = JSON.parse(text) as Record<string, Record<string, { optional?: boolean }>>;
  assert.equal(description["dependencies"], undefined);
  const optional = description["peerDependenciesMeta"] ?? {};
  for (const peer of Object.keys(description["peerDependencies"] ?? {})) {
    assert.equal(optional[peer]?.optional, true, peer);
  }
});
