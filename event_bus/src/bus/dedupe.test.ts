import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { completeMessage } from "../envelope/complete.ts";
import type { Message } from "../envelope/types.ts";
import { event, openBus } from "./bus.fixture.ts";
import { createDedupe } from "./dedupe.ts";

const windowMs = 1000;
const dedupe = { enabled: true, windowMs };

describe("dedupe", () => {
  test("drops a message of the same source and id within the window", (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const dropped: Message[] = [];
    const bus = openBus({ dedupe, onDedupe: (message) => dropped.push(message) });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    const message = event("a");
    bus.publish(message);
    bus.publish(message);
    assert.deepEqual(bus.attemptPublish(message), { status: "dedupe" });
    assert.equal(received, 1);
    assert.equal(dropped.length, 2);
  });

  test("counts the window from the first sighting, exactly", (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const bus = openBus({ dedupe });
    const message = event("a");
    bus.publish(message);
    context.mock.timers.tick(windowMs - 1);
    assert.equal(bus.attemptPublish(message).status, "dedupe");
    context.mock.timers.tick(1);
    assert.equal(bus.attemptPublish(message).status, "delivered");
    context.mock.timers.tick(windowMs - 1);
    assert.equal(bus.attemptPublish(message).status, "dedupe");
  });

  test("a policy that publishes another one leaves both with ids and times of their own", (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const outer = event("a");
    const inner = event("b");
    const bus = openBus({
      dedupe,
      policy({ messageName }) {
        if (messageName !== "a") return;
        context.mock.timers.tick(windowMs / 2);
        bus.publish(inner);
      },
    });
    bus.publish(outer);
    context.mock.timers.tick(windowMs - 1);
    assert.equal(bus.attemptPublish(outer).status, "dedupe");
    assert.equal(bus.attemptPublish(inner).status, "dedupe");
    context.mock.timers.tick(1);
    assert.equal(bus.attemptPublish(inner).status, "delivered");
    assert.equal(bus.attemptPublish(outer).status, "delivered");
  });

  test("is off unless it is enabled", () => {
    for (const bus of [openBus(), openBus({ dedupe: { ...dedupe, enabled: false } })]) {
      const message = event("a");
      bus.publish(message);
      assert.equal(bus.attemptPublish(message).status, "delivered");
    }
  });

  test("a hook that throws stops nothing", (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const bus = openBus({
      dedupe,
      onDedupe() {
        throw new Error("hook");
      },
    });
    const message = event("a");
    bus.publish(message);
    assert.equal(bus.attemptPublish(message).status, "dedupe");
    assert.equal(logged.mock.callCount(), 1);
  });

  test("remembers exactly the last maxIds", () => {
    const messages = Array.from({ length: 300 }, () => event("a"));
    const isKnown = createDedupe(windowMs, 100);
    for (const [index, message] of messages.entries()) {
      assert.equal(isKnown(message), false);
      isKnown(message, true);
      const known = messages.map((other) => isKnown(other));
      const first = Math.max(0, index - 99);
      assert.deepEqual(
        known,
        messages.map((_, other) => other >= first && other <= index),
      );
    }
  });

  test("tells ids apart that share a hash", () => {
    // "Aa" and "BB" have the same polynomial hash, and so has whatever is made of them.
    const twins = (bits: number): Message =>
      completeMessage({
        messageId: Array.from({ length: 18 }, (_, at) => (bits & (1 << at) ? "Aa" : "BB")).join(""),
        source: "test",
      }) as unknown as Message;
    const isKnown = createDedupe(windowMs, 10);
    for (let bits = 0; bits < 30; bits += 1) {
      assert.equal(isKnown(twins(bits)), false);
      isKnown(twins(bits), true);
    }
    for (let bits = 0; bits < 30; bits += 1) assert.equal(isKnown(twins(bits)), bits >= 20);
  });
});
