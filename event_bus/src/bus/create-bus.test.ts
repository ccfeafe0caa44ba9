import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createEvent } from "../envelope/complete.ts";
import { eventWith, messages } from "../envelope/messages.fixture.ts";
import type { EventMessage, Message } from "../envelope/types.ts";
import type { BusError } from "../errors.ts";
import { createBus } from "./create-bus.ts";
import type { Bus, CreateBusOptions } from "./types.ts";

const microtasks = (): Promise<void> => Promise.resolve();

function openBus(options: Partial<CreateBusOptions> = {}): Bus {
  return createBus({ appId: "shop", allowUnregisteredMessageNames: true, ...options });
}

const event = (name: string, payload: unknown = {}): EventMessage =>
  createEvent(name, payload, { source: "test" });

describe("publish and subscribe", () => {
  test("a subscriber receives the messages of exactly its name", async () => {
    const bus = openBus();
    const received: unknown[] = [];
    bus.subscribe<EventMessage<number>>("cart:changed", ({ payload }) => received.push(payload));
    bus.publish(event("cart:changed", 1));
    bus.publish(event("cart", 2));
    bus.publish(event("cart:changed:again", 3));
    await microtasks();
    assert.deepEqual(received, [1]);
  });

  test("messages of every kind are delivered", async () => {
    const bus = openBus();
    const kinds: string[] = [];
    bus.subscribe("cart:item-added", ({ kind }) => kinds.push(kind));
    for (const message of Object.values(messages)) bus.publish(message);
    await microtasks();
    assert.deepEqual(kinds, ["event", "command", "query", "state", "user-context"]);
  });

  test("delivery waits for the publisher's turn to end, unless dispatch is sync", async () => {
    const log: string[] = [];
    for (const dispatch of ["microtask", "sync"] as const) {
      const bus = openBus({ dispatch });
      bus.subscribe("a", () => log.push(dispatch));
      bus.publish(event("a"));
      log.push("published");
      await microtasks();
    }
    assert.deepEqual(log, ["published", "microtask", "sync", "published"]);
  });

  test("a target reaches only the subscribers of that id", async () => {
    const bus = openBus({ defaultSubscriberId: "host" });
    const received: string[] = [];
    bus.subscribe("a", () => received.push("cart"), { subscriberId: "cart" });
    bus.subscribe("a", () => received.push("reviews"), { subscriberId: "reviews" });
    bus.subscribe("a", () => received.push("default"));
    bus.publish(createEvent("a", {}, { source: "test", target: "cart" }));
    bus.publish(createEvent("a", {}, { source: "test", target: "host" }));
    await microtasks();
    assert.deepEqual(received, ["cart", "default"]);
  });

  test("a subscriber without an id has the appId", async () => {
    const bus = openBus();
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    bus.publish(createEvent("a", {}, { source: "test", target: "shop" }));
    await microtasks();
    assert.equal(received, 1);
  });

  test("observeAll sees messages of all names and targets, before their subscribers", async () => {
    const bus = openBus();
    const log: string[] = [];
    bus.subscribe("a", () => log.push("subscriber"));
    const off = bus.observeAll(({ messageName }) => log.push(messageName));
    bus.publish(event("a"));
    bus.publish(createEvent("b", {}, { source: "test", target: "cart" }));
    await microtasks();
    off();
    bus.publish(event("c"));
    await microtasks();
    assert.deepEqual(log, ["a", "subscriber", "b"]);
  });

  test("subscribe and observeAll refuse what is no name and no function", () => {
    const bus = openBus();
    const noFunction = undefined as unknown as () => void;
    assert.throws(() => bus.subscribe("", () => 1), { code: "validation" });
    assert.throws(() => bus.subscribe("a", noFunction), { code: "validation" });
    assert.throws(() => bus.observeAll(noFunction), { code: "validation" });
  });

  test("a bus needs an appId, and its methods cannot be replaced", () => {
    assert.throws(() => createBus({ appId: "" }), { code: "validation" });
    const bus = openBus() as { publish: unknown };
    assert.throws(() => (bus.publish = () => 1), TypeError);
  });
});

describe("unsubscribing", () => {
  test("ends delivery, and a second time does nothing", async () => {
    const bus = openBus();
    const received: string[] = [];
    const off = bus.subscribe("a", () => received.push("first"));
    bus.subscribe("a", () => received.push("second"));
    off();
    off();
    bus.publish(event("a"));
    await microtasks();
    assert.deepEqual(received, ["second"]);
  });

  test("twice does not end a later subscription to the same name", async () => {
    const bus = openBus();
    let received = 0;
    const off = bus.subscribe("a", () => 1);
    off();
    bus.subscribe("a", () => (received += 1));
    off();
    bus.publish(event("a"));
    await microtasks();
    assert.equal(received, 1);
  });

  test("during a delivery skips nobody but the one removed", async () => {
    const bus = openBus();
    const received: string[] = [];
    const offs = ["a", "b", "c", "d"].map((id) =>
      bus.subscribe("x", () => {
        received.push(id);
        if (id === "a") for (const off of [offs[0], offs[1], offs[2]]) off?.();
      }),
    );
    bus.publish(event("x"));
    bus.publish(event("x"));
    await microtasks();
    assert.deepEqual(received, ["a", "d", "d"]);
  });

  test("and subscribing during a delivery takes effect with the next message", async () => {
    const bus = openBus();
    const received: string[] = [];
    bus.subscribe("x", () => {
      received.push("old");
      if (received.length === 1) bus.subscribe("x", () => received.push("new"));
    });
    bus.publish(event("x"));
    bus.publish(event("x"));
    await microtasks();
    assert.deepEqual(received, ["old", "old", "new"]);
  });

  test("all of many listeners, in any order, leaves none", async () => {
    const bus = openBus();
    let received = 0;
    const offs = Array.from({ length: 1000 }, () => bus.subscribe("x", () => (received += 1)));
    for (let index = 0; index < offs.length; index += 1) offs[(index * 7) % 1000]?.();
    bus.publish(event("x"));
    await microtasks();
    assert.equal(received, 0);
  });
});

describe("validation", () => {
  const countIsNumber = {
    safeParse: (value: unknown) =>
      typeof (value as Message<{ count: unknown }>).payload === "object"
        ? { success: true as const, data: value }
        : { success: false as const, error: { issues } },
  };
  const issues = [{ path: ["payload"], message: "is none" }];

  test("a wrong message is thrown at its publisher with every problem", async () => {
    const bus = openBus();
    let received = 0;
    bus.observeAll(() => (received += 1));
    assert.throws(() => bus.publish(eventWith({ messageId: "1", source: "" })), {
      name: "BusValidationError",
      code: "validation",
      message:
        '"cart:item-added" is not valid: messageId must be a UUID; ' +
        "source must be a non-empty string.",
    });
    await microtasks();
    assert.equal(received, 0);
  });

  test("attemptPublish returns the outcome and never throws", () => {
    const bus = openBus();
    assert.deepEqual(bus.attemptPublish(event("a")), { status: "delivered" });
    const unreadable = {
      get messageName() {
        throw new Error("no name");
      },
    };
    for (const message of [undefined, null, 1, "x", [], {}, unreadable]) {
      const outcome = bus.attemptPublish(message as unknown as Message);
      assert.equal(outcome.status, "rejected");
      assert.equal(outcome.error.code, "validation");
    }
  });

  test("with onDispatchError, publish reports there instead of throwing", () => {
    const reported: unknown[] = [];
    const bus = openBus({
      onDispatchError: (error, message) => reported.push((error as BusError).code, message),
    });
    const wrong = eventWith({ source: "" });
    bus.publish(wrong);
    assert.deepEqual(reported, ["validation", wrong]);
  });

  test("a name without a validator is refused unless the bus allows it", () => {
    const bus = createBus({ appId: "shop", validators: { "cart:changed": countIsNumber } });
    assert.equal(bus.attemptPublish(event("cart:changed")).status, "delivered");
    assert.throws(() => bus.publish(event("cart:other")), /"cart:other" has no validator/);
  });

  test("a name's own validator decides about its payload", () => {
    const bus = createBus({ appId: "shop", validators: { "cart:changed": countIsNumber } });
    assert.throws(() => bus.publish(event("cart:changed", 1)), /payload is none/);
  });

  test("what a validator returns must still be an envelope", () => {
    const validators = { a: { safeParse: () => ({ success: true as const, data: { id: 1 } }) } };
    const bus = createBus({ appId: "shop", validators });
    assert.throws(() => bus.publish(event("a")), /messageName must be/);
  });

  test("a message is validated once, however many listen", async () => {
    let calls = 0;
    const counting = {
      safeParse(data: unknown) {
        calls += 1;
        return { success: true as const, data };
      },
    };
    const bus = createBus({ appId: "shop", validators: { a: counting } });
    for (let index = 0; index < 10; index += 1) bus.subscribe("a", () => 1);
    bus.publish(event("a"));
    await microtasks();
    assert.equal(calls, 1);
  });

  test("a validator that is none is refused when the bus is made", () => {
    const validators = { a: {} } as unknown as Record<string, typeof countIsNumber>;
    assert.throws(() => createBus({ appId: "shop", validators }), /validator of "a"/);
  });
});

describe("a failing handler", () => {
  test("stops no other, even where the hook that is told fails too", async (context) => {
    context.mock.method(console, "error", () => undefined);
    const bus = openBus({
      onSubscriberError() {
        throw new Error("hook");
      },
    });
    const received: string[] = [];
    bus.observeAll(() => {
      throw new Error("observer");
    });
    bus.subscribe("a", () => {
      throw new Error("sync");
    });
    bus.subscribe("a", () => Promise.reject(new Error("async")));
    bus.subscribe("a", () => received.push("after"));
    bus.publish(event("a"));
    bus.publish(event("a"));
    await microtasks();
    assert.deepEqual(received, ["after", "after"]);
  });

  test("goes to the page's error event with name, subscriber and cause", async (context) => {
    const reported: Error[] = [];
    const page = globalThis as { reportError?: unknown };
    page.reportError = (error: Error) => reported.push(error);
    context.after(() => Reflect.deleteProperty(page, "reportError"));
    const bus = openBus();
    const cause = new Error("boom");
    const fail = (): never => {
      throw cause;
    };
    bus.subscribe("a", fail, { subscriberId: "cart" });
    bus.publish(event("a"));
    await microtasks();
    assert.equal(reported[0]?.message, 'A subscriber of "a" (cart) failed: boom');
    assert.equal(reported[0]?.cause, cause);
  });

  test("goes to the console where there is no such event", async (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const bus = openBus();
    bus.subscribe("a", () => Promise.reject("late"));
    bus.publish(event("a"));
    await microtasks();
    await microtasks();
    assert.match(String(logged.mock.calls[0]?.arguments[0]), /"a" \(shop\) failed: late/);
  });
});
