import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { event, openBus } from "./bus.fixture.ts";
import { isPattern, matches } from "./patterns.ts";
import { TopicRegistry } from "./registry.ts";

describe("a pattern", () => {
  for (const [pattern, yes, no] of [
    ["cart:*", ["cart:a", "cart:b"], ["cart", "cart:a:b", "carts:a", "xcart:a"]],
    ["cart:**", ["cart:a", "cart:a:b", "cart:a:b:c"], ["cart", "carts:a"]],
    ["*", ["cart"], ["cart:a"]],
    ["**", ["cart", "cart:a", "cart:a:b"], []],
    ["*:changed", ["cart:changed", "user:changed"], ["changed", "a:b:changed", "cart:change"]],
    ["a:*:c", ["a:b:c"], ["a:c", "a:b:b:c", "a:b:d"]],
    ["a.c:*", ["a.c:d"], ["abc:d"]],
  ] as const) {
    test(`${pattern} matches segment by segment`, () => {
      assert.ok(isPattern(pattern));
      for (const name of yes) assert.ok(matches(pattern, name), name);
      for (const name of no) assert.ok(!matches(pattern, name), name);
    });
  }

  test("is only a name in which a whole segment is a star", () => {
    for (const name of ["cart", "cart:changed", "cart:a*", "*a", "cart:***"]) {
      assert.equal(isPattern(name), false, name);
    }
  });
});

describe("a subscriber of a pattern", () => {
  test("gets the messages of all its names, after the subscribers of the very name", () => {
    const bus = openBus();
    const log: string[] = [];
    bus.subscribe("**", ({ messageName }) => log.push(`all ${messageName}`));
    bus.subscribe("cart:*", ({ messageName }) => log.push(`cart ${messageName}`));
    bus.subscribe("cart:changed", () => log.push("changed"));
    bus.publish(event("cart:changed"));
    bus.publish(event("user:changed"));
    assert.deepEqual(log, [
      "changed",
      "all cart:changed",
      "cart cart:changed",
      "all user:changed",
    ]);
  });

  test("comes and goes while names are in use", () => {
    const bus = openBus();
    const log: string[] = [];
    bus.publish(event("cart:changed"));
    const off = bus.subscribe("cart:*", () => log.push("pattern"));
    bus.publish(event("cart:changed"));
    bus.subscribe("cart:changed", () => log.push("name"));
    bus.publish(event("cart:changed"));
    off();
    bus.publish(event("cart:changed"));
    bus.subscribe("cart:*", () => log.push("again"));
    bus.publish(event("cart:changed"));
    assert.deepEqual(log, ["pattern", "name", "pattern", "name", "name", "again"]);
  });

  test("gets only what the registry lets its id read, and no other's target", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "user:secret", allowedSubscribers: ["account"] });
    const bus = openBus({ registry });
    const received: string[] = [];
    bus.subscribe("**", ({ messageName }) => received.push(messageName), { subscriberId: "cart" });
    bus.publish(event("user:secret"));
    bus.publish(event("a", {}, { target: "account" }));
    bus.publish(event("b", {}, { target: "cart" }));
    assert.deepEqual(received, ["b"]);
  });

  test("is found however many names have been in use", () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe("n:*", () => (received += 1));
    for (let index = 0; index < 2500; index += 1) bus.publish(event(`n:${index}`));
    bus.publish(event("n:0"));
    assert.equal(received, 2501);
  });

  test("a message whose name is a pattern reaches each subscriber once", () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe("cart:*", () => (received += 1));
    bus.publish(event("cart:*"));
    assert.equal(received, 1);
  });
});
