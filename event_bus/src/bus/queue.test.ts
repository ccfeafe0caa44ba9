import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { event, openBus, query, settled } from "./bus.fixture.ts";
import { createQueue } from "./queue.ts";

interface Numbered {
  readonly number: number;
}

describe("a queue", () => {
  test("drops the oldest message, and never what is no message", () => {
    const log: (number | string)[] = [];
    const dropped: number[] = [];
    const queue = createQueue<Numbered>(
      ({ number }) => {
        log.push(number);
        if (number !== 0) return;
        queue.push(() => log.push("task"));
        for (const next of [1, 2, 3, 4]) queue.push({ number: next });
      },
      ({ number }) => dropped.push(number),
      true,
      { limit: 3, overflow: "drop-oldest" },
    );
    queue.push({ number: 0 });
    assert.deepEqual(dropped, [1, 2]);
    assert.deepEqual(log, [0, "task", 3, 4]);
  });

  test("keeps its order however long it is, and cuts off what it has handled", () => {
    const handled: number[] = [];
    const queue = createQueue<Numbered>(
      ({ number }) => {
        handled.push(number);
        // Two for one, until there are many.
        for (const next of [number * 2 + 1, number * 2 + 2]) {
          if (next < 5000) queue.push({ number: next });
        }
      },
      () => assert.fail(),
      true,
      { maxTurnMs: Infinity },
    );
    queue.push({ number: 0 });
    assert.deepEqual(
      handled,
      Array.from({ length: 5000 }, (_, index) => index),
    );
  });

  test("goes on in a new task where a turn is over, in both modes", (context) => {
    for (const sync of [true, false]) {
      context.mock.timers.enable({ apis: ["setTimeout"] });
      const handled: number[] = [];
      const tasks: (() => void)[] = [];
      const schedule = context.mock.method(globalThis, "queueMicrotask", (task: () => void) =>
        tasks.push(task),
      );
      const queue = createQueue<Numbered>(
        ({ number }) => handled.push(number),
        () => assert.fail(),
        sync,
        { maxTurnMs: -1 },
      );
      const numbers = Array.from({ length: 10 }, (_, number) => ({ number }));
      if (sync) {
        queue.push(() => {
          for (const item of numbers) queue.push(item);
        });
      } else {
        for (const item of numbers) queue.push(item);
        tasks.pop()?.();
      }
      assert.ok(handled.length > 0 && handled.length < 10);
      queue.push({ number: 10 });
      for (let turn = 0; turn < 10; turn += 1) context.mock.timers.runAll();
      assert.deepEqual(
        handled,
        Array.from({ length: 11 }, (_, index) => index),
      );
      schedule.mock.restore();
      context.mock.timers.reset();
    }
  });
});

describe("a bus whose queue is full", () => {
  test("refuses with the code delivery, and commits and remembers nothing", async () => {
    const bus = openBus({
      dispatch: "microtask",
      dedupe: { enabled: true, windowMs: 1000 },
      queue: { limit: 2 },
    });
    let commits = 0;
    bus.registerBeforeDeliver(() => () => (commits += 1));
    bus.publish(event("a"));
    bus.publish(event("a"));
    const late = event("a");
    const outcome = bus.attemptPublish(late);
    assert.equal(outcome.status, "rejected");
    assert.equal(outcome.error.code, "delivery");
    assert.equal(commits, 2);
    await settled();
    assert.equal(bus.attemptPublish(late).status, "delivered");
  });

  test("or drops the oldest, which is reported, and fails the request that it was", async () => {
    const rejected: string[] = [];
    const bus = openBus({
      dispatch: "microtask",
      queue: { limit: 1, overflow: "drop-oldest" },
      observability: {
        onReject: (error, message) =>
          rejected.push(error.code, (message as { messageName: string }).messageName),
      },
    });
    const received: string[] = [];
    bus.subscribe("*", ({ messageName }) => received.push(messageName));
    const request = bus.request(query("a"));
    bus.publish(event("b"));
    await assert.rejects(request, { code: "delivery" });
    await settled();
    assert.deepEqual(rejected, ["delivery", "a"]);
    assert.deepEqual(received, ["b"]);
  });
});
