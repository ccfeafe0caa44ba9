import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { EventMessage } from "../envelope/types.ts";
import { event, openBus, settled } from "./bus.fixture.ts";
import type { Bus, SubscribeOptions } from "./types.ts";
import { TopicRegistry } from "./registry.ts";

type Numbered = EventMessage<number>;

function collect(bus: Bus, name: string, options?: SubscribeOptions): number[] {
  const received: number[] = [];
  bus.subscribe<Numbered>(name, ({ payload }) => received.push(payload), options);
  return received;
}

describe("retained messages", () => {
  test("come first, oldest first, then the live ones", () => {
    const bus = openBus({ retain: { a: 2, b: 1 } });
    for (const payload of [1, 2, 3]) bus.publish(event("a", payload));
    bus.publish(event("b", 9));
    const received = collect(bus, "a");
    bus.publish(event("a", 4));
    assert.deepEqual(received, [2, 3, 4]);
  });

  test("are those of names that are told to, by name or pattern; the very name counts", () => {
    const bus = openBus({ retain: { "log:*": 3, "log:noise": 0, "log:one": 1 } });
    for (const name of ["log:a", "log:noise", "log:one", "log:one", "other"]) {
      for (const payload of [1, 2]) bus.publish(event(name, payload));
    }
    assert.deepEqual(collect(bus, "log:a"), [1, 2]);
    assert.deepEqual(collect(bus, "log:noise"), []);
    assert.deepEqual(collect(bus, "log:one"), [2]);
    assert.deepEqual(collect(bus, "other"), []);
  });

  test("of a pattern come in the order of publishing, across its names", () => {
    const bus = openBus({ retain: { "*": 2 } });
    for (const [name, payload] of [["a", 1], ["b", 2], ["a", 3], ["a", 4], ["b", 5]] as const) {
      bus.publish(event(name, payload));
    }
    assert.deepEqual(collect(bus, "**"), [2, 3, 4, 5]);
    assert.deepEqual(collect(bus, "*", { replay: 1 }), [4, 5]);
  });

  test("are as many as the subscriber wants, or none", () => {
    const bus = openBus({ retain: { a: 5 } });
    for (const payload of [1, 2, 3]) bus.publish(event("a", payload));
    assert.deepEqual(collect(bus, "a", { replay: 2 }), [2, 3]);
    const none = collect(bus, "a", { replay: 0 });
    bus.publish(event("a", 4));
    assert.deepEqual(none, [4]);
    assert.deepEqual(collect(bus, "a", { once: true }), [1]);
  });

  test("of another target, or that the subscriber may not read, are left out", () => {
    const registry = new TopicRegistry();
    const bus = openBus({ registry, retain: { "**": 9 } });
    bus.publish(event("a", 1, { target: "cart" }));
    bus.publish(event("a", 2, { target: "reviews" }));
    bus.publish(event("secret", 3));
    registry.register({ messageName: "secret", allowedSubscribers: ["account"] });
    assert.deepEqual(collect(bus, "**", { subscriberId: "cart" }), [1]);
    assert.deepEqual(collect(bus, "**", { subscriberId: "account" }), [3]);
  });

  test("that have expired are left out", (context) => {
    context.mock.timers.enable({ apis: ["Date"] });
    const bus = openBus({ retain: { a: 9 }, messageTtlMs: 100 });
    bus.publish(event("a", 1));
    context.mock.timers.tick(60);
    bus.publish(event("a", 2));
    context.mock.timers.tick(60);
    assert.deepEqual(collect(bus, "a"), [2]);
  });

  test("and live ones do not cross while messages wait in the queue", async () => {
    const bus = openBus({ dispatch: "microtask", retain: { a: 9 } });
    bus.publish(event("a", 1));
    const first = collect(bus, "a");
    bus.publish(event("a", 2));
    const second = collect(bus, "a");
    bus.publish(event("a", 3));
    await settled();
    assert.deepEqual(first, [1, 2, 3]);
    assert.deepEqual(second, [1, 2, 3]);
  });

  test("reach a subscriber that comes in the very delivery of one of them", () => {
    const bus = openBus({ retain: { a: 9 } });
    let received: number[] = [];
    const off = bus.observeAll(() => {
      off();
      received = collect(bus, "a");
    });
    bus.publish(event("a", 1));
    bus.publish(event("a", 2));
    assert.deepEqual(received, [1, 2]);
  });

  test("do not reach one that has ended before its turn", async () => {
    const bus = openBus({ dispatch: "microtask", retain: { a: 1 } });
    bus.publish(event("a", 1));
    let received = 0;
    const off = bus.subscribe("a", () => (received += 1));
    off();
    bus.publish(event("a", 2));
    await settled();
    assert.equal(received, 0);
  });

  test("stop where the subscriber ends in the middle, and its errors are reported", () => {
    const errors: unknown[] = [];
    const bus = openBus({
      retain: { a: 9 },
      onSubscriberError: (error) => errors.push(error),
    });
    for (const payload of [1, 2, 3]) bus.publish(event("a", payload));
    const received: unknown[] = [];
    const controller = new AbortController();
    const fail = ({ payload }: Numbered): never => {
      received.push(payload);
      if (payload === 2) controller.abort();
      throw new Error("handler");
    };
    bus.subscribe<Numbered>("a", fail, { signal: controller.signal });
    assert.deepEqual(received, [1, 2]);
    assert.equal(errors.length, 2);
  });

  test("of a flood of names are bounded", () => {
    const bus = openBus({ retain: { "n:*": 1 } });
    for (let index = 0; index < 1500; index += 1) bus.publish(event(`n:${index}`, index));
    const received = collect(bus, "n:*");
    assert.equal(received.length, 1000);
    assert.equal(received[0], 500);
  });
});
