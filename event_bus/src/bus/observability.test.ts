import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { EventMessage } from "../envelope/types.ts";
import { event, openBus } from "./bus.fixture.ts";
import { ConsoleObservabilityAdapter } from "./console-adapter.ts";
import type { ObservabilityAdapter } from "./types.ts";

describe("an observability adapter", () => {
  test("hears of everything in its order", () => {
    const log: string[] = [];
    const note =
      (event: string) =>
      (...details: unknown[]): void =>
        void log.push([event, ...details.filter((detail) => typeof detail === "string")].join(" "));
    const bus = openBus({
      dedupe: { enabled: true, windowMs: 1000 },
      onSubscriberError: () => undefined,
      observability: {
        onPublish: note("publish"),
        onDeliver: note("deliver"),
        onDelivered: (_, receivers) => log.push(`delivered ${receivers.join()}`),
        onReject: ({ code }) => log.push(`reject ${code}`),
        onError: note("error"),
      },
    });
    const fail = (): never => {
      throw new Error("handler");
    };
    bus.subscribe("a", () => log.push("handler"), { subscriberId: "cart" });
    bus.subscribe("*", fail, { subscriberId: "reviews" });
    bus.observeAll(fail);
    const message = event("a");
    bus.publish(message);
    bus.publish(message);
    bus.attemptPublish({ ...event("a"), source: "" });
    bus.report(new Error("elsewhere"), "bridge");
    assert.deepEqual(log, [
      "publish",
      "deliver",
      "error observeAll",
      "handler",
      "error subscriber",
      "delivered cart,reviews",
      "publish",
      "reject dedupe",
      "publish",
      "reject validation",
      "error dispatch",
      "error bridge",
    ]);
  });

  test("that throws everywhere stops nothing", (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const fail = (): never => {
      throw new Error("adapter");
    };
    const observability: Required<ObservabilityAdapter> = {
      onPublish: fail,
      onDeliver: fail,
      onDelivered: fail,
      onReject: fail,
      onError: fail,
      onRequestTimeout: fail,
    };
    const bus = openBus({ observability });
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    for (let index = 0; index < 10; index += 1) bus.publish(event("a"));
    bus.attemptPublish(null as never);
    assert.equal(received, 10);
    assert.equal(logged.mock.callCount(), 33);
  });

  test("may be a class that uses this", () => {
    class Counter {
      count = 0;
      onDeliver(): void {
        this.count += 1;
      }
    }
    const observability = new Counter();
    openBus({ observability }).publish(event("a"));
    assert.equal(observability.count, 1);
  });

  test("for the console writes there", (context) => {
    const methods = (["debug", "warn", "error"] as const).map((level) =>
      context.mock.method(console, level, () => undefined),
    );
    const bus = openBus({ observability: new ConsoleObservabilityAdapter() });
    bus.publish(event("a"));
    bus.attemptPublish({ ...event("a"), source: "" });
    assert.deepEqual(
      methods.map(({ mock }) => mock.callCount()),
      [3, 1, 1],
    );
    new ConsoleObservabilityAdapter().onRequestTimeout("id");
  });
});

describe("the log", () => {
  test("is empty unless it has a limit", () => {
    const bus = openBus();
    bus.publish(event("a"));
    assert.deepEqual(bus.log(), []);
  });

  test("holds the last messages with what became of them", async () => {
    const bus = openBus({
      dispatch: "microtask",
      logLimit: 4,
      dedupe: { enabled: true, windowMs: 1000 },
    });
    bus.subscribe("a", () => 1, { subscriberId: "cart" });
    bus.publish(event("forgotten"));
    const message = event("a");
    bus.publish(message);
    bus.publish(message);
    bus.attemptPublish("no message" as never);
    await Promise.resolve();
    bus.publish(event("b"));
    const records = bus.log();
    assert.deepEqual(
      records.map(({ status }) => status),
      ["delivered", "dedupe", "rejected", "queued"],
    );
    const [delivered, duplicate, rejected, queued] = records;
    assert.deepEqual(delivered?.receivers, ["cart"]);
    assert.ok(Number(delivered?.latencyMs) >= 0 && Number(delivered?.durationMs) >= 0);
    assert.equal(duplicate?.error?.code, "dedupe");
    assert.equal(rejected?.error?.code, "validation");
    assert.equal(rejected?.message, "no message");
    assert.equal(queued?.latencyMs, undefined);
    bus.dispose();
    assert.equal(bus.log().length, 4);
  });

  test("does not change under its reader", async () => {
    const bus = openBus({ dispatch: "microtask", logLimit: 1 });
    bus.publish(event("a"));
    const [before] = bus.log();
    await Promise.resolve();
    assert.equal(before?.status, "queued");
    assert.equal(bus.log()[0]?.status, "delivered");
  });
});

describe("errors of handlers", () => {
  test("go to onDispatchError where there is no onSubscriberError", () => {
    const reported: unknown[] = [];
    const bus = openBus({
      onDispatchError: (error, message) =>
        reported.push((error as Error).message, (message as EventMessage).messageName),
    });
    bus.subscribe("a", () => {
      throw new Error("handler");
    });
    bus.publish(event("a"));
    assert.deepEqual(reported, ["handler", "a"]);
  });

  test("of the hook itself go to the console", (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const bus = openBus({
      onDispatchError() {
        throw new Error("hook");
      },
    });
    bus.publish({ ...event("a"), source: "" });
    assert.equal(logged.mock.callCount(), 1);
  });
});
