/** One regression test for each defect known from an earlier bus of this design. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createEvent } from "../envelope/complete.ts";
import { EventMessageSchema } from "../envelope/messages.ts";
import type { EventMessage, Message } from "../envelope/types.ts";
import { createBus } from "./create-bus.ts";
import type { Bus, CreateBusOptions } from "./types.ts";

function openBus(options: Partial<CreateBusOptions> = {}): Bus {
  return createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    ...options,
  });
}

const event = <T>(name: string, payload: T): EventMessage<T> =>
  createEvent(name, payload, { source: "test" });

describe("known defects stay away", () => {
  test("1: a handler that throws reaches onSubscriberError, as one that rejects does", async () => {
    const reported: unknown[] = [];
    const bus = openBus({
      onSubscriberError: (error, { messageName }, subscriberId) =>
        reported.push([(error as Error).message, messageName, subscriberId]),
    });
    const throwing = (): never => {
      throw new Error("sync");
    };
    bus.subscribe("a", throwing, { subscriberId: "cart" });
    bus.subscribe("a", () => Promise.reject(new Error("async")), { subscriberId: "recs" });
    bus.publish(event("a", {}));
    await Promise.resolve();
    assert.deepEqual(reported, [
      ["sync", "a", "cart"],
      ["async", "a", "recs"],
    ]);
  });

  test("2: a publish on a full stack fails alone, and the next one is delivered", async () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    const fillStack = (): void => {
      bus.attemptPublish(event("a", {}));
      fillStack();
    };
    assert.throws(fillStack, RangeError);
    await Promise.resolve();
    const before = received;
    bus.publish(event("a", {}));
    assert.equal(received, before + 1);
  });

  test("2: whatever throws in a delivery, the next messages are delivered", () => {
    const bus = openBus({ onSubscriberError: () => undefined });
    let received = 0;
    bus.observeAll(() => {
      throw new Error("observer");
    });
    bus.subscribe("a", () => {
      received += 1;
      throw new Error("handler");
    });
    for (let index = 0; index < 10; index += 1) bus.publish(event("a", {}));
    assert.equal(received, 10);
  });

  test("3: subscribers of other names are not asked, and a message is read once for all", () => {
    const bus = openBus();
    let reads = 0;
    let strangers = 0;
    for (let index = 0; index < 1000; index += 1) {
      bus.subscribe(`other:${index}`, () => (strangers += 1));
      bus.subscribe("a", () => 1);
    }
    const payload = {
      get id() {
        reads += 1;
        return "p1";
      },
    };
    bus.publish(event("a", payload));
    assert.equal(strangers, 0);
    assert.equal(reads, 1);
  });

  test("4: what is no envelope is rejected on an unregistered name too", () => {
    const bus = openBus();
    const outcome = bus.attemptPublish({ messageName: "a", payload: 1 } as unknown as Message);
    assert.equal(outcome.status, "rejected");
  });

  for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
    test(`4: ${name} is a message name like any other`, () => {
      const bus = openBus({ validators: {} });
      let received = 0;
      const off = bus.subscribe(name, () => (received += 1));
      assert.equal(bus.attemptPublish(event(name, {})).status, "delivered");
      off();
      bus.publish(event(name, {}));
      assert.equal(received, 1);
    });
  }

  test("5: a validator's defaults and coercions are delivered", () => {
    const payload = {
      safeParse: (value: unknown) => ({
        success: true as const,
        data: { quantity: 1, ...(value as object), priceCents: 1200 },
      }),
    };
    const bus = openBus({ validators: { a: EventMessageSchema.extend({ payload }) } });
    const received: unknown[] = [];
    bus.subscribe("a", (message) => received.push(message.payload));
    bus.publish(event("a", { id: "p1", priceCents: "1200" }));
    assert.deepEqual(received, [{ quantity: 1, id: "p1", priceCents: 1200 }]);
  });

  test("5: no subscriber can change what the next one receives", () => {
    const errors: unknown[] = [];
    const bus = openBus({ onSubscriberError: (error) => errors.push(error) });
    const received: unknown[] = [];
    type Cart = { items: { quantity: number }[] };
    bus.subscribe<EventMessage<Cart>>("a", ({ payload }) => payload.items.pop());
    bus.subscribe<EventMessage<Cart>>("a", ({ payload }) => (payload.items[0]!.quantity = 9));
    bus.subscribe("a", (message) => Object.assign(message, { payload: null }));
    bus.subscribe("a", ({ payload }) => received.push(payload));
    bus.publish(event("a", { items: [{ quantity: 1 }] }));
    assert.deepEqual(received, [{ items: [{ quantity: 1 }] }]);
    assert.equal(errors.length, 3, "each of the three was told so by a TypeError");
  });

  test("5: a publisher's later changes reach nobody, and its object stays writable", async () => {
    const bus = openBus({ dispatch: "microtask" });
    const items = [1];
    const received: unknown[] = [];
    bus.subscribe("a", ({ payload }) => received.push(payload));
    bus.publish(event("a", items));
    items.push(2);
    await Promise.resolve();
    assert.deepEqual(received, [[1]]);
  });

  test("12: dispose is terminal", async () => {
    const bus = openBus({ dispatch: "microtask" });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    bus.observeAll(() => (received += 1));
    bus.publish(event("a", {}));
    bus.dispose();
    bus.dispose();
    await Promise.resolve();
    assert.equal(received, 0, "what waited is dropped");
    const outcome = bus.attemptPublish(event("a", {}));
    assert.equal(outcome.status, "rejected");
    assert.equal(outcome.error.code, "delivery");
    assert.throws(() => bus.publish(event("a", {})), { code: "delivery" });
    assert.throws(() => bus.subscribe("a", () => 1), { code: "delivery" });
    assert.throws(() => bus.observeAll(() => 1), { code: "delivery" });
  });

  test("12: dispose from inside a handler ends that very delivery", () => {
    const bus = openBus();
    const received: string[] = [];
    bus.subscribe("a", () => {
      received.push("first");
      bus.publish(event("a", {}));
      bus.dispose();
    });
    bus.subscribe("a", () => received.push("second"));
    bus.publish(event("a", {}));
    assert.deepEqual(received, ["first"]);
  });

  for (const dispatch of ["sync", "microtask"] as const) {
    test(`13: a publish from inside a handler waits for its turn, ${dispatch}`, async () => {
      const bus = openBus({ dispatch });
      const log: string[] = [];
      bus.subscribe("a", () => {
        log.push("a1");
        bus.publish(event("b", {}));
      });
      bus.subscribe("a", () => log.push("a2"));
      bus.subscribe("b", () => log.push("b"));
      bus.publish(event("a", {}));
      bus.publish(event("c", {}));
      await Promise.resolve();
      assert.deepEqual(log, ["a1", "a2", "b"]);
    });

    test(`13: a chain of 3,000 such publishes does not overflow, ${dispatch}`, async () => {
      const bus = openBus({ dispatch });
      const order: number[] = [];
      bus.subscribe<EventMessage<number>>("a", ({ payload }) => {
        order.push(payload);
        if (payload < 3000) bus.publish(event("a", payload + 1));
      });
      bus.publish(event("a", 1));
      await Promise.resolve();
      assert.deepEqual(
        order,
        Array.from({ length: 3000 }, (_, index) => index + 1),
      );
    });
  }
});
