import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createEvent } from "../envelope/complete.ts";
import type { EventMessage, Message, MessageBase } from "../envelope/types.ts";
import { BusPolicyError } from "../errors.ts";
import { command, event, openBus, query, settled } from "./bus.fixture.ts";
import type { Bus, CreateBusOptions } from "./types.ts";

/** An answer as a subscriber writes it by hand. */
const answerOf = (
  { messageId, correlationId }: MessageBase,
  source: string,
  name = "cart:size:result",
  payload: unknown = 3,
): EventMessage =>
  createEvent(name, payload, { source, correlationId, causationId: messageId });

/** A bus on which "cart" gets the queries of this name. */
function withCart(
  onQuery: (bus: Bus, message: Message) => unknown,
  options?: Partial<CreateBusOptions>,
): Bus {
  const bus = openBus(options);
  bus.subscribe("cart:size", (message) => onQuery(bus, message), { subscriberId: "cart" });
  return bus;
}

describe("a request", () => {
  for (const dispatch of ["sync", "microtask"] as const) {
    test(`resolves to the answer, ${dispatch}`, async () => {
      const bus = withCart((bus, message) => bus.publish(answerOf(message, "cart")), { dispatch });
      const answer = await bus.request(query("cart:size"));
      assert.equal(answer.payload, 3);
    });
  }

  test("is answered later, too, and by a subscriber that has gone since", async () => {
    const bus = openBus();
    let asked: Message | undefined;
    bus.subscribe("cart:size", (message) => (asked = message), {
      subscriberId: "cart",
      once: true,
    });
    const request = bus.request(query("cart:size"));
    assert.ok(asked);
    bus.publish(answerOf(asked, "cart"));
    assert.equal((await request).payload, 3);
  });

  test("is not settled by its correlation alone, nor by who did not get it", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const bus = withCart((bus, message) => {
      bus.publish({ ...answerOf(message, "cart"), causationId: undefined });
      bus.publish(answerOf(message, "audit", "audit:seen"));
    });
    bus.observeAll(() => 1, { subscriberId: "audit" });
    const request = bus.request(query("cart:size"), 50);
    context.mock.timers.tick(50);
    await assert.rejects(request, { code: "timeout" });
  });

  test("with a target is answered by that one only", async () => {
    const bus = openBus();
    const reply = (source: string) => (message: Message) =>
      bus.publish(answerOf(message, source, `from:${source}`));
    bus.subscribe("cart:size", reply("reviews"), { subscriberId: "cart" });
    bus.subscribe("cart:size", reply("cart"), { subscriberId: "cart" });
    const answer = await bus.request(query("cart:size", { target: "cart" }));
    assert.equal(answer.messageName, "from:cart");
  });

  test("is answered by anybody where a subscriber has named no id", async () => {
    const bus = openBus();
    bus.subscribe("cart:size", (message) => bus.publish(answerOf(message, "whoever")));
    assert.equal((await bus.request(query("cart:size"))).payload, 3);
  });

  test("is answered by the subscriber of a pattern, and by one who found it retained", async () => {
    const bus = openBus({ retain: { "cart:size": 1 } });
    const reply = (message: Message): void => {
      if (message.kind === "query") bus.publish(answerOf(message, "cart"));
    };
    bus.subscribe("cart:**", reply, { subscriberId: "cart" });
    await bus.request(query("cart:size"));
    const quiet = openBus({ retain: { "cart:size": 1 } });
    const request = quiet.request(query("cart:size"));
    quiet.respond("cart:size", () => "late", { subscriberId: "late" });
    assert.equal((await request).payload, "late");
  });

  test("waits over answers of another name, which the timeout tells", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const bus = withCart((bus, message) => bus.publish(answerOf(message, "cart", "audit")));
    const request = bus.request(query("cart:size", { expectedResult: "cart:is", timeoutMs: 70 }));
    context.mock.timers.tick(70);
    await assert.rejects(request, {
      name: "BusValidationError",
      code: "timeout",
      message: 'No answer to "cart:size" in 70 ms. "audit" came, but it is not "cart:is".',
    });
  });

  test("waits over answers that its validator refuses, and resolves to its output", async () => {
    const validator = {
      safeParse: (value: unknown) =>
        (value as Message).payload === 2
          ? { success: true as const, data: "two" }
          : { success: false as const, error: { issues: [{ path: [], message: "is not 2" }] } },
    };
    const bus = withCart((bus, message) => {
      for (const payload of [1, 2, 3]) bus.publish(answerOf(message, "cart", "x", payload));
    });
    const asked = query("cart:size", { expectedResult: "not asked for with a validator" });
    assert.equal(await bus.request(asked, 100, validator as never), "two");
    assert.equal(await bus.request(query("cart:size"), { validator }), "two");
  });

  test("times out by the argument, else the message, else after five seconds", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const timedOut: string[] = [];
    const bus = openBus({ observability: { onRequestTimeout: (id) => timedOut.push(id) } });
    const ends: string[] = [];
    const wait = (name: string, promise: Promise<unknown>): void =>
      void promise.catch(() => ends.push(name));
    const first = query("a", { timeoutMs: 500 });
    wait("argument", bus.request(first, 100));
    wait("option", bus.request(query("a", { timeoutMs: 500 }), { timeoutMs: 200 }));
    wait("message", bus.request(query("a", { timeoutMs: 300 })));
    wait("default", bus.request(query("a")));
    wait("long", bus.request(query("a"), 1e12));
    for (const [ms, name] of [
      [100, "argument"],
      [100, "option"],
      [100, "message"],
      [4699, undefined],
      [1, "default"],
    ] as const) {
      context.mock.timers.tick(ms);
      await settled();
      assert.equal(ends.pop(), name);
    }
    assert.equal(timedOut[0], first.messageId);
    bus.dispose();
  });

  test("rejects at once with what refuses its message, also with onDispatchError", async () => {
    const reported: unknown[] = [];
    const bus = openBus({ onDispatchError: (error) => reported.push(error) });
    await assert.rejects(bus.request(query("a", { source: "" })), { code: "validation" });
    await assert.rejects(bus.request(query("a", { sensitivity: "restricted" })), {
      name: "BusPolicyError",
      code: "unauthorized",
    });
    await assert.rejects(bus.request(null as never), { code: "validation" });
  });

  test("gives up with its signal's reason, and asks nobody where it has aborted", async () => {
    const bus = openBus();
    const controller = new AbortController();
    const request = bus.request(query("a"), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await assert.rejects(request, { message: "enough" });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    await assert.rejects(bus.request(query("a"), { signal: controller.signal }));
    assert.equal(received, 0);
  });
});

describe("a refusal", () => {
  test("that cannot be read wedges nothing, and the next answer settles", async (context) => {
    context.mock.method(console, "error", () => undefined);
    const bus = withCart((bus, message) => {
      const fail = (): never => {
        throw new Error("hostile");
      };
      const nack = answerOf(message, "cart", "a", { message: { toString: fail } });
      bus.publish({ ...nack, eventKind: "nack" });
      bus.publish(answerOf(message, "cart"));
    });
    assert.equal((await bus.request(query("cart:size"))).payload, 3);
  });

  test("without a payload is one all the same", async () => {
    const bus = withCart((bus, message) =>
      bus.publish({ ...answerOf(message, "cart", "a", null), eventKind: "nack" }),
    );
    await assert.rejects(bus.request(query("cart:size")), { name: "BusPolicyError" });
  });
});

describe("a command", () => {
  test("resolves to an Ack with its correlation id", async () => {
    const bus = openBus();
    bus.respond("cart:open", () => undefined, { subscriberId: "cart" });
    const sent = command("cart:open");
    const { receivedAtUtc, ...ack } = await bus.sendCommand(sent);
    assert.deepEqual(ack, { accepted: true, correlationId: sent.correlationId });
    assert.ok(Date.parse(receivedAtUtc));
  });

  test("resolves to a Nack where it is refused, late or wrong; never rejects", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const bus = openBus();
    bus.respond("cart:open", () => {
      throw new BusPolicyError("closed", "incompatible-version");
    });
    const codeOf = async (message: unknown): Promise<unknown[]> => {
      const ack = await bus.sendCommand(message as never);
      return ack.accepted ? [] : [ack.errorCode, ack.message];
    };
    assert.deepEqual(await codeOf(command("cart:open")), ["incompatible-version", "closed"]);
    const slow = codeOf(command("nobody", { ackTimeoutMs: 20 }));
    context.mock.timers.tick(20);
    assert.deepEqual(await slow, ["timeout", 'No answer to "nobody" in 20 ms.']);
    assert.equal((await codeOf(command("a", { sensitivity: "restricted" })))[0], "unauthorized");
    const unreadable = {
      get correlationId() {
        throw new Error("getter");
      },
    };
    for (const wrong of [null, undefined, 1, {}, unreadable]) {
      assert.equal((await codeOf(wrong))[0], "validation");
    }
  });

  test("is acknowledged only by who got it", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const bus = openBus();
    bus.subscribe("cart:open", (message) => bus.publish(answerOf(message, "audit")), {
      subscriberId: "cart",
    });
    const sent = bus.sendCommand(command("cart:open", { ackTimeoutMs: 20 }));
    context.mock.timers.tick(20);
    assert.equal((await sent).accepted, false);
  });
});

describe("respond", () => {
  test("answers with the conversation's ids, to the asker alone", async () => {
    const bus = openBus();
    bus.respond("cart:size", async ({ payload }) => ({ size: 3, payload }), {
      subscriberId: "cart",
    });
    const asked = query("cart:size", { payload: "all", messageVersion: 2 });
    const answer = await bus.request<EventMessage>(asked);
    assert.equal(answer.messageName, "cart:size:result");
    assert.equal(answer.eventKind, "result");
    assert.deepEqual(answer.payload, { size: 3, payload: "all" });
    assert.equal(answer.causationId, asked.messageId);
    assert.equal(answer.correlationId, asked.correlationId);
    assert.equal(answer.source, "cart");
    assert.equal(answer.target, "asker");
    assert.equal(answer.messageVersion, 2);
    const named = await bus.request(query("cart:size", { expectedResult: "cart:is" }));
    assert.equal(named.messageName, "cart:is");
  });

  test("leaves events of its name alone", async () => {
    const bus = openBus();
    let calls = 0;
    bus.respond("**", () => (calls += 1));
    bus.publish(event("cart:size"));
    await bus.request(query("cart:size"));
    await settled();
    assert.equal(calls, 1);
  });

  test("sends what its handler throws as a refusal, and reports it", async () => {
    const errors: unknown[] = [];
    const bus = openBus({
      observability: { onError: (error, context) => errors.push([error, context]) },
    });
    const thrown = new Error("broken");
    bus.respond("cart:size", () => Promise.reject(thrown));
    await assert.rejects(bus.request(query("cart:size")), {
      name: "BusPolicyError",
      code: "unknown",
      message: "broken",
    });
    assert.deepEqual(errors, [[thrown, "request"]]);
    bus.respond("other", () => {
      throw undefined;
    });
    await assert.rejects(bus.request(query("other")), { message: "undefined" });
  });

  test("sends the error of an answer that the bus refuses", async () => {
    const never = {
      safeParse: () => ({ success: false as const, error: { message: "never" } }),
    };
    const bus = openBus({ validators: { "cart:is": never } });
    bus.respond("cart:size", () => 3);
    await assert.rejects(bus.request(query("cart:size", { expectedResult: "cart:is" })), {
      name: "BusPolicyError",
      code: "validation",
    });
  });

  test("needs no validator for its answers, whose envelope is checked", async () => {
    const anything = { safeParse: (data: unknown) => ({ success: true as const, data }) };
    const bus = openBus({
      allowUnregisteredMessageNames: false,
      validators: { "cart:size": anything, "cart:open": anything },
    });
    bus.respond("cart:size", () => 3);
    bus.respond("cart:open", () => undefined);
    assert.equal((await bus.request(query("cart:size"))).payload, 3);
    assert.equal((await bus.sendCommand(command("cart:open"))).accepted, true);
    const answer = answerOf(query("cart:size"), "x");
    assert.equal(bus.attemptPublish(answer).status, "delivered");
    for (const wrong of [
      { ...answer, causationId: undefined },
      { ...answer, messageName: "other:result" },
      { ...answer, source: "" },
    ]) {
      assert.equal(bus.attemptPublish(wrong).status, "rejected");
    }
  });

  test("ends with its signal, and says nothing after the bus is disposed", async (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const bus = openBus();
    const controller = new AbortController();
    let calls = 0;
    bus.respond("a", () => (calls += 1), { signal: controller.signal });
    bus.publish(query("a"));
    controller.abort();
    bus.publish(query("a"));
    assert.equal(calls, 1);
    bus.respond("b", () => bus.dispose());
    bus.publish(query("b"));
    await settled();
    assert.equal(logged.mock.callCount(), 0);
  });
});
