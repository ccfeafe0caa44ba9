import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { completeMessage, createEvent } from "./complete.ts";
import { messages } from "./messages.fixture.ts";
import { MessageSchema } from "./messages.ts";
import { randomId } from "./random.ts";

describe("createEvent", () => {
  test("makes a valid event of a name, a payload and a source", () => {
    const event = createEvent("cart:changed", { count: 1 }, { source: "cart" });
    assert.ok(MessageSchema.safeParse(event).success);
    assert.equal(event.eventKind, "cart:changed");
    assert.equal(event.correlationId, event.messageId, "it begins a conversation");
    assert.deepEqual(event.payload, { count: 1 });
  });

  test("keeps what it is given", () => {
    const { messageId, correlationId } = messages.event;
    const options = {
      source: "cart",
      eventKind: "changed",
      messageVersion: 2,
      correlationId,
      causationId: messageId,
      target: "recommendations",
      sensitivity: "public",
    } as const;
    const event = createEvent("cart:changed", null, options);
    assert.ok(MessageSchema.safeParse(event).success);
    assert.deepEqual({ ...event, ...options }, event);
  });
});

describe("completing a message", () => {
  test("leaves a complete one as it is", () => {
    for (const message of Object.values(messages)) {
      assert.deepEqual(completeMessage(message), message);
    }
  });

  test("does not replace an empty id, which is a mistake and not a gap", () => {
    assert.equal(completeMessage({ messageId: "" })["messageId"], "");
  });
});

describe("a random id", () => {
  test("is a version 4 UUID, and another each time, also where randomUUID is absent", (context) => {
    const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    assert.match(randomId(), shape);
    const original = Object.getOwnPropertyDescriptor(crypto, "randomUUID");
    context.after(() => {
      if (original === undefined) Reflect.deleteProperty(crypto, "randomUUID");
      else Object.defineProperty(crypto, "randomUUID", original);
    });
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    const ids = Array.from({ length: 1000 }, randomId);
    for (const id of ids) assert.match(id, shape);
    assert.equal(new Set(ids).size, 1000);
    // Each digit takes every value that it may: none at the hyphens and the version, four at the
    // variant, sixteen elsewhere.
    for (let at = 0; at < 36; at += 1) {
      const values = new Set(ids.map((id) => id[at])).size;
      assert.equal(values, [8, 13, 14, 18, 23].includes(at) ? 1 : at === 19 ? 4 : 16);
    }
  });
});
