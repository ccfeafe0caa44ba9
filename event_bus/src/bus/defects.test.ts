/** One regression test for each defect known from an earlier bus of this design. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createEvent } from "../envelope/complete.ts";
import { EventMessageSchema, QueryMessageSchema } from "../envelope/messages.ts";
import type { EventMessage, Message } from "../envelope/types.ts";
import { command, event, openBus, query, settled } from "./bus.fixture.ts";

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

  test("2: a publish on a full stack wedges nothing: the next one is delivered", async () => {
    const bus = openBus();
    let last: unknown;
    bus.subscribe("a", ({ payload }) => (last = payload));
    const fillStack = (): void => {
      bus.attemptPublish(event("a", {}));
      fillStack();
    };
    assert.throws(fillStack, RangeError);
    await settled();
    bus.publish(event("a", "after"));
    assert.equal(last, "after");
  });

  test("2: an onDeliver that throws wedges nothing", (context) => {
    context.mock.method(console, "error", () => undefined);
    const bus = openBus({
      observability: {
        onDeliver() {
          throw new Error("onDeliver");
        },
      },
    });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    for (let index = 0; index < 10; index += 1) bus.publish(event("a", {}));
    assert.equal(received, 10);
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

  test("6: dedupe remembers an id only once its message is taken, so a retry goes through", () => {
    let closed = true;
    const bus = openBus({
      dedupe: { enabled: true, windowMs: 1000 },
      policy: () => {
        if (closed) throw new Error("closed");
      },
    });
    const message = event("a", {});
    assert.equal(bus.attemptPublish(message).status, "rejected");
    closed = false;
    assert.equal(bus.attemptPublish(message).status, "delivered");
    assert.equal(bus.attemptPublish(message).status, "dedupe");
  });

  test("6: dedupe keys on source and id together, and its memory has a cap", () => {
    const bus = openBus({ dedupe: { enabled: true, windowMs: 60_000, maxIds: 10 } });
    const message = event("a", {});
    assert.equal(bus.attemptPublish(message).status, "delivered");
    assert.equal(bus.attemptPublish({ ...message, source: "other" }).status, "delivered");
    assert.equal(bus.attemptPublish(message).status, "dedupe");
    for (let index = 0; index < 10; index += 1) bus.publish(event("a", {}));
    assert.equal(bus.attemptPublish(message).status, "delivered");
  });

  for (const enabled of [true, false]) {
    test(`7: a duplicate of an in-flight request leaves that alone, ${enabled}`, async () => {
      const bus = openBus({ dedupe: { enabled, windowMs: 1000 } });
      let answer = (): void => undefined;
      bus.respond("a", () => new Promise((resolve) => (answer = () => resolve("answer"))));
      const message = query("a");
      const original = bus.request(message);
      await assert.rejects(bus.request(message), { code: "dedupe" });
      const ack = await bus.sendCommand(message as never);
      assert.equal(ack.accepted, false);
      assert.equal(ack.errorCode, "dedupe");
      answer();
      assert.equal((await original).payload, "answer");
    });
  }

  test("8: an audit event with the right causation settles no request and no command", async () => {
    const bus = openBus();
    const answers: (() => void)[] = [];
    const answer = () => new Promise<string>((resolve) => answers.push(() => resolve("answer")));
    bus.respond("**", answer, { subscriberId: "cart" });
    bus.observeAll(({ kind, messageId }) => {
      if (kind === "event") return;
      bus.publish(createEvent("audit:seen", {}, { source: "audit", causationId: messageId }));
    });
    const request = bus.request(query("a"));
    const ack = bus.sendCommand(command("b"));
    await settled();
    for (const give of answers) give();
    assert.equal((await request).payload, "answer");
    assert.equal((await ack).accepted, true);
  });

  test("8: an answer that the validator refuses is waited over", async () => {
    const isAnswer = {
      safeParse: (value: unknown) =>
        (value as Message).messageName === "a:result"
          ? { success: true as const, data: value }
          : { success: false as const, error: { message: "is another" } },
    };
    const bus = openBus();
    bus.subscribe("a", ({ messageId: causationId }) =>
      bus.publish(createEvent("progress", 1, { source: "shop", causationId })),
    );
    bus.respond("a", () => "answer");
    const answer = await bus.request<EventMessage>(query("a"), 1000, isAnswer as never);
    assert.equal(answer.payload, "answer");
  });

  test("8: a responder can refuse a command", async () => {
    const bus = openBus();
    bus.respond("a", () => {
      throw Object.assign(new Error("not now"), { code: "unauthorized" });
    });
    const nack = await bus.sendCommand(command("a"));
    assert.equal(nack.accepted, false);
    assert.deepEqual([nack.errorCode, nack.message], ["unauthorized", "not now"]);
  });

  test("9: timeoutMs holds on extended query schemas too", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const payload = { safeParse: (data: unknown) => ({ success: true as const, data }) };
    const bus = openBus({ validators: { a: QueryMessageSchema.extend({ payload }) } });
    const request = bus.request(query("a", { timeoutMs: 30 }));
    context.mock.timers.tick(30);
    await assert.rejects(request, { code: "timeout" });
  });

  test("9: with onDispatchError a rejected request rejects at once, with its code", async () => {
    const bus = openBus({ onDispatchError: () => undefined });
    const request = bus.request(query("a", { sensitivity: "restricted" }));
    await assert.rejects(request, { code: "unauthorized" });
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
      const bus = openBus({ dispatch, queue: { maxTurnMs: Infinity } });
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

    test(`13: a re-entrant flood lets the page have its turn, ${dispatch}`, async () => {
      const bus = openBus({ dispatch });
      const flood = 50_000;
      let received = 0;
      bus.subscribe("a", () => {
        received += 1;
        if (received < flood) bus.publish(event("a", {}));
      });
      bus.publish(event("a", {}));
      await new Promise((resolve) => setTimeout(resolve, 0));
      const atFirstTurn = received;
      assert.ok(atFirstTurn < flood, "a timer runs before the flood is over");
      while (received < flood) await new Promise((resolve) => setTimeout(resolve, 0));
    });
  }
});
