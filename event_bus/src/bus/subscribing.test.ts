import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { event, openBus, settled } from "./bus.fixture.ts";
import { TopicRegistry } from "./registry.ts";

describe("once", () => {
  test("ends a subscription with its first message, also where that publishes the next", () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe(
      "a",
      () => {
        received += 1;
        bus.publish(event("a"));
      },
      { once: true },
    );
    bus.publish(event("a"));
    bus.publish(event("a"));
    assert.equal(received, 1);
    assert.equal(bus.subscriptions().size, 0);
  });

  test("a message for another target does not count", () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe("a", () => (received += 1), { once: true, subscriberId: "cart" });
    bus.publish(event("a", {}, { target: "reviews" }));
    bus.publish(event("a", {}, { target: "cart" }));
    assert.equal(received, 1);
  });
});

describe("an AbortSignal", () => {
  test("ends a subscription and an observation", () => {
    const bus = openBus();
    const controller = new AbortController();
    const { signal } = controller;
    let received = 0;
    bus.subscribe("a", () => (received += 1), { signal });
    bus.subscribe("*", () => (received += 1), { signal });
    bus.observeAll(() => (received += 1), { signal });
    bus.publish(event("a"));
    controller.abort();
    bus.publish(event("a"));
    assert.equal(received, 3);
  });

  test("that has aborted leaves nothing behind", () => {
    const bus = openBus();
    let received = 0;
    const off = bus.subscribe("a", () => (received += 1), { signal: AbortSignal.abort() });
    bus.publish(event("a"));
    off();
    assert.equal(received, 0);
    assert.equal(bus.subscriptions().size, 0);
  });

  test("is let go by a subscription that has ended", () => {
    const bus = openBus();
    const { signal } = new AbortController();
    const listening = new Set<unknown>();
    signal.addEventListener = (_: string, listener: unknown) => void listening.add(listener);
    signal.removeEventListener = (_: string, listener: unknown) => void listening.delete(listener);
    const off = bus.subscribe("a", () => 1, { signal });
    bus.subscribe("a", () => 1, { signal });
    assert.equal(listening.size, 2);
    off();
    assert.equal(listening.size, 1);
    bus.dispose();
    assert.equal(listening.size, 0);
  });
});

describe("a signal that throws", () => {
  const fail = (): never => {
    throw new Error("hostile");
  };

  test("subscribes nothing where it cannot be listened to", () => {
    const bus = openBus();
    const unreadable = Object.defineProperty({}, "aborted", { get: fail });
    for (const signal of [{ addEventListener: fail }, unreadable]) {
      assert.throws(() => bus.subscribe("a", () => 1, { signal: signal as AbortSignal }));
    }
    assert.equal(bus.subscriptions().size, 0);
  });

  test("keeps no subscription alive", (context) => {
    context.mock.method(console, "error", () => undefined);
    const bus = openBus();
    let received = 0;
    const signal = { addEventListener: () => undefined, removeEventListener: fail } as never;
    const off = bus.subscribe("a", () => (received += 1), { signal });
    bus.subscribe("a", () => (received += 1), { signal });
    assert.throws(off, { message: "hostile" });
    assert.equal(bus.subscriptions().get("shop"), 1);
    bus.dispose();
    bus.attemptPublish(event("a"));
    assert.equal(received, 0);
  });
});

describe("an observer", () => {
  test("with a subscriber id sees what that id may read, one without sees everything", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "secret", allowedSubscribers: ["account"] });
    const bus = openBus({ registry });
    const cart: string[] = [];
    const host: string[] = [];
    bus.observeAll(({ messageName }) => cart.push(messageName), { subscriberId: "cart" });
    bus.observeAll(({ messageName }) => host.push(messageName));
    bus.publish(event("secret"));
    bus.publish(event("a", {}, { target: "account" }));
    bus.publish(event("b", {}, { target: "cart" }));
    bus.publish(event("c"));
    assert.deepEqual(cart, ["b", "c"]);
    assert.deepEqual(host, ["secret", "a", "b", "c"]);
  });
});

describe("what is subscribed", () => {
  test("is counted by subscriber", () => {
    const bus = openBus();
    const off = bus.subscribe("a", () => 1, { subscriberId: "cart" });
    bus.subscribe("b:*", () => 1, { subscriberId: "cart" });
    bus.subscribe("a", () => 1);
    assert.deepEqual([...bus.subscriptions()], [
      ["cart", 2],
      ["shop", 1],
    ]);
    off();
    off();
    assert.equal(bus.subscriptions().get("cart"), 1);
    bus.dispose();
    assert.equal(bus.subscriptions().size, 0);
  });
});

describe("disposing", () => {
  test("calls what waits for it, at once where it has happened", (context) => {
    context.mock.method(console, "error", () => undefined);
    const bus = openBus();
    const log: string[] = [];
    bus.onDispose(() => log.push("first"));
    const off = bus.onDispose(() => log.push("removed"));
    bus.onDispose(() => {
      throw new Error("callback");
    });
    bus.onDispose(() => log.push("last"));
    off();
    assert.equal(bus.disposed, false);
    bus.dispose();
    bus.dispose();
    assert.equal(bus.disposed, true);
    bus.onDispose(() => log.push("late"));
    assert.deepEqual(log, ["first", "last", "late"]);
  });

  test("ends what is pending with the code delivery", async () => {
    const bus = openBus();
    const ends = [
      bus.request(event("a")).catch((error: { code: string }) => error.code),
      bus.sendCommand({ ...event("b"), kind: "command", commandName: "b" } as never),
    ];
    const reader = bus.messages("a").next();
    bus.dispose();
    const [code, ack] = await Promise.all(ends);
    assert.equal(code, "delivery");
    assert.equal((ack as { accepted: boolean }).accepted, false);
    assert.equal((await reader).done, true);
    await assert.rejects(bus.request(event("a")), { code: "delivery" });
    assert.throws(() => bus.messages("a"), { code: "delivery" });
    assert.throws(() => bus.respond("a", () => 1), { code: "delivery" });
    await settled();
  });
});
