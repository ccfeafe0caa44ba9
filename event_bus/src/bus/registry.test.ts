import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as zod from "zod";

import { BusPolicyError } from "../errors.ts";
import { event, openBus, query, settled } from "./bus.fixture.ts";
import { TopicRegistry } from "./registry.ts";

const cart = {
  messageName: "cart:changed",
  allowedPublishers: ["cart"],
  allowedSubscribers: ["header"],
  minMessageVersion: 2,
  maxMessageVersion: 3,
};

const from = (source: string, messageVersion = 2, messageName = "cart:changed") => ({
  messageName,
  source,
  messageVersion,
});

const anything = { safeParse: (data: unknown) => ({ success: true as const, data }) };
const withVersions = (min: number, max: number) => ({ ...anything, versions: { min, max } });

describe("a topic registry", () => {
  test("lets only the allowed publish and read", () => {
    const registry = new TopicRegistry();
    registry.register(cart);
    registry.assertCanPublish(from("cart"));
    registry.assertCanSubscribe("cart:changed", "header");
    assert.throws(() => registry.assertCanPublish(from("reviews")), {
      name: "BusPolicyError",
      code: "unauthorized",
    });
    assert.throws(() => registry.assertCanSubscribe("cart:changed", "cart"), {
      name: "BusPolicyError",
      code: "unauthorized",
    });
    assert.equal(registry.canSubscribe("cart:changed", "header"), true);
    assert.equal(registry.canSubscribe("cart:changed", "reviews"), false);
  });

  test("refuses versions outside of the range", () => {
    const registry = new TopicRegistry();
    registry.register(cart);
    registry.assertCanPublish(from("cart", 3));
    for (const version of [1, 4]) {
      assert.throws(() => registry.assertCanPublish(from("cart", version)), {
        code: "incompatible-version",
      });
    }
  });

  test("allows unknown names to everybody, unless it is strict", () => {
    const open = new TopicRegistry();
    open.assertCanPublish(from("anybody", 9));
    assert.equal(open.canSubscribe("cart:changed", "anybody"), true);
    const strict = new TopicRegistry({ strict: true });
    assert.throws(() => strict.assertCanPublish(from("anybody")), BusPolicyError);
    assert.throws(() => strict.assertCanSubscribe("cart:changed", "x"), BusPolicyError);
    assert.equal(strict.canSubscribe("toString", "x"), false);
  });

  test("holds a registration as it was given, and replaces it by a later one", () => {
    const registry = new TopicRegistry();
    const allowedPublishers = ["cart"];
    registry.register({ messageName: "a", allowedPublishers });
    allowedPublishers.push("reviews");
    assert.deepEqual(registry.getRegistration("a")?.allowedPublishers, ["cart"]);
    registry.register({ messageName: "a" });
    assert.deepEqual(registry.getRegistration("a"), { messageName: "a" });
    assert.equal(registry.getRegistration("b"), undefined);
  });

  test("allows an answer to whoever may read the question, and its reading to the asker", () => {
    const registry = new TopicRegistry({ strict: true });
    registry.register({
      messageName: "cart:size",
      allowedPublishers: ["header"],
      allowedSubscribers: ["cart"],
    });
    for (const suffix of ["result", "ack", "nack"]) {
      const name = `cart:size:${suffix}`;
      registry.assertCanPublish(from("cart", 1, name));
      registry.assertCanSubscribe(name, "header");
      assert.throws(() => registry.assertCanPublish(from("header", 1, name)), BusPolicyError);
      assert.throws(() => registry.assertCanSubscribe(name, "cart"), BusPolicyError);
    }
    registry.register({ messageName: "cart:size:ack", allowedPublishers: ["nobody"] });
    assert.throws(() => registry.assertCanPublish(from("cart", 1, "cart:size:ack")));
    assert.throws(() => registry.assertCanPublish(from("cart", 1, "other:result")));
  });
});

describe("registering from validators", () => {
  const versionOf = (messageVersion: zod.ZodType) => zod.object({ messageVersion });

  test("never overwrites", () => {
    const registry = new TopicRegistry();
    registry.register(cart);
    registry.registerFromValidators({ "cart:changed": anything, other: anything });
    assert.deepEqual(registry.getRegistration("cart:changed"), cart);
    assert.equal(registry.getRegistration("other")?.messageName, "other");
  });

  test("takes the versions that a validator says it takes", () => {
    const registry = TopicRegistry.fromValidators({
      own: withVersions(2, 4),
      literal: versionOf(zod.literal(3)),
      several: versionOf(zod.literal([2, 5])),
      limits: versionOf(zod.number().int().min(2).max(7)),
      least: versionOf(zod.number().min(2)),
      none: zod.object({}),
    });
    const versions = (name: string) => {
      const { minMessageVersion, maxMessageVersion } = registry.getRegistration(name) ?? {};
      return [minMessageVersion, maxMessageVersion];
    };
    assert.deepEqual(versions("own"), [2, 4]);
    assert.deepEqual(versions("literal"), [3, 3]);
    assert.deepEqual(versions("several"), [2, 5]);
    assert.deepEqual(versions("limits"), [2, 7]);
    assert.equal(versions("least")[0], 2);
    assert.deepEqual(versions("none"), [undefined, undefined]);
  });

  test("can be strict too", () => {
    const registry = TopicRegistry.fromValidators({ a: anything }, { strict: true });
    registry.assertCanPublish(from("x", 1, "a"));
    assert.throws(() => registry.assertCanPublish(from("x", 1, "b")), BusPolicyError);
  });
});

describe("a bus with a registry", () => {
  test("refuses at publish and at subscribe, and says so by its outcome", () => {
    const registry = new TopicRegistry();
    registry.register(cart);
    const bus = openBus({ registry });
    const options = { messageVersion: 2 };
    const outcome = bus.attemptPublish(event("cart:changed", {}, options));
    assert.equal(outcome.status, "rejected");
    assert.equal(outcome.error.code, "unauthorized");
    assert.throws(() => bus.subscribe("cart:changed", () => 1), BusPolicyError);
    const allowed = event("cart:changed", {}, { ...options, source: "cart" });
    assert.equal(bus.attemptPublish(allowed).status, "delivered");
    assert.equal(bus.registry, registry);
  });

  test("holds the registry's rules that came after a subscription, too", () => {
    const registry = new TopicRegistry();
    const bus = openBus({ registry });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    bus.publish(event("a"));
    registry.register({ messageName: "a", allowedSubscribers: ["somebody"] });
    bus.publish(event("a"));
    assert.equal(received, 1);
  });

  test("registers the names and versions of its validators where it is told to", () => {
    const versionTwo = withVersions(2, 2);
    const bus = openBus({ autoRegisterTopics: true, validators: { a: versionTwo } });
    assert.equal(bus.registry?.getRegistration("a")?.minMessageVersion, 2);
    assert.throws(() => bus.publish(event("a")), { code: "incompatible-version" });
    assert.equal(openBus({ validators: { a: versionTwo } }).registry, undefined);
  });

  test("answers a query under a strict registry that knows the query alone", async () => {
    const registry = new TopicRegistry({ strict: true });
    registry.register({
      messageName: "cart:size",
      allowedPublishers: ["asker"],
      allowedSubscribers: ["cart"],
    });
    const bus = openBus({ registry });
    bus.respond("cart:size", () => 3, { subscriberId: "cart" });
    const answer = await bus.request(query("cart:size"));
    assert.deepEqual(answer.payload, 3);
    await settled();
  });
});
