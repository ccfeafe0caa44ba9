import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { EventMessage } from "../envelope/types.ts";
import { event, openBus } from "./bus.fixture.ts";

type Numbered = EventMessage<number>;

describe("messages for await", () => {
  test("come in order, those from before the first read too, until break", async () => {
    const bus = openBus();
    const received: number[] = [];
    const stream = bus.messages<Numbered>("a");
    for (const payload of [1, 2, 3, 4]) bus.publish(event("a", payload));
    for await (const { payload } of stream) {
      received.push(payload);
      if (payload === 2) bus.publish(event("a", 5));
      if (payload === 5) break;
    }
    assert.deepEqual(received, [1, 2, 3, 4, 5]);
    assert.equal(bus.subscriptions().size, 0);
  });

  test("wait for the next message, for each of several reads", async () => {
    const bus = openBus();
    const stream = bus.messages<Numbered>("*");
    const reads = [stream.next(), stream.next()];
    bus.publish(event("a", 1));
    bus.publish(event("b", 2));
    const values = (await Promise.all(reads)).map(({ value }) => (value as Numbered).payload);
    assert.deepEqual(values, [1, 2]);
    await stream.return?.();
    assert.equal((await stream.next()).done, true);
  });

  test("end with their signal, and with a return that comes while a read waits", async () => {
    const bus = openBus();
    const controller = new AbortController();
    const aborted = bus.messages("a", { signal: controller.signal });
    const returned = bus.messages("a");
    const reads = [aborted.next(), returned.next()];
    controller.abort();
    await returned.return?.();
    for (const { done } of await Promise.all(reads)) assert.equal(done, true);
    assert.equal(bus.subscriptions().size, 0);
  });

  test("of a reader that was never read end by its return", async () => {
    const bus = openBus();
    const stream = bus.messages("a");
    await stream.return?.();
    assert.equal(bus.subscriptions().size, 0);
  });

  test("that a slow reader leaves drop the oldest, which is reported once a stall", async () => {
    const reported: unknown[] = [];
    const bus = openBus({
      onSubscriberError: (error, message, subscriberId) =>
        reported.push((error as { code: string }).code, message.payload, subscriberId),
    });
    const stream = bus.messages<Numbered>("a", { limit: 2, subscriberId: "cart" });
    for (const payload of [1, 2, 3, 4]) bus.publish(event("a", payload));
    assert.deepEqual(reported, ["delivery", 1, "cart"]);
    const received = [await stream.next(), await stream.next()];
    assert.deepEqual(
      received.map(({ value }) => (value as Numbered).payload),
      [3, 4],
    );
    const next = stream.next();
    for (const payload of [5, 6, 7, 8]) bus.publish(event("a", payload));
    await next;
    assert.equal(reported.length, 6);
  });

  test("begin with the retained ones", async () => {
    const bus = openBus({ retain: { a: 2 } });
    for (const payload of [1, 2, 3]) bus.publish(event("a", payload));
    const stream = bus.messages<Numbered>("a");
    assert.equal((await stream.next()).value?.payload, 2);
    assert.equal((await stream.next()).value?.payload, 3);
  });
});
