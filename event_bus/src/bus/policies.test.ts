import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { BusPolicyError } from "../errors.ts";
import { event, openBus } from "./bus.fixture.ts";
import { composePolicies, defaultSensitivityPolicy } from "./policies.ts";

const secret = event("a", {}, { sensitivity: "restricted" });

describe("policies", () => {
  test("the default one refuses what is restricted, and can be turned off", () => {
    assert.throws(() => openBus().publish(secret), { code: "unauthorized" });
    const open = openBus({ enableDefaultSensitivityPolicy: false });
    assert.equal(open.attemptPublish(secret).status, "delivered");
    assert.throws(() => defaultSensitivityPolicy(secret), BusPolicyError);
    defaultSensitivityPolicy(event("a"));
  });

  test("a policy refuses by throwing, with its own code where it has one", () => {
    for (const [thrown, code] of [
      [new BusPolicyError("too old", "incompatible-version"), "incompatible-version"],
      [Object.assign(new Error("of another bundle"), { code: "timeout" }), "timeout"],
      [new Error("no"), "unauthorized"],
    ] as const) {
      const bus = openBus({
        policy: () => {
          throw thrown;
        },
      });
      const outcome = bus.attemptPublish(event("a"));
      assert.equal(outcome.status, "rejected");
      assert.equal(outcome.error.code, code);
      assert.equal(outcome.error.message, thrown.message);
    }
  });

  test("what a policy returns is ignored, even a function", () => {
    const called: string[] = [];
    const bus = openBus({ policy: () => () => called.push("policy") });
    bus.publish(event("a"));
    assert.deepEqual(called, []);
  });

  test("composed ones are asked in turn until one refuses", () => {
    const asked: string[] = [];
    const policy = composePolicies(
      () => asked.push("first"),
      () => {
        throw new Error("no");
      },
      () => asked.push("third"),
    );
    assert.throws(() => policy(event("a")));
    assert.deepEqual(asked, ["first"]);
  });

  test("the order is: validity, duplicate, sensitivity, policy, registry, hooks", () => {
    const asked: string[] = [];
    const bus = openBus({
      dedupe: { enabled: true, windowMs: 1000 },
      policy: () => asked.push("policy"),
      onDedupe: () => asked.push("duplicate"),
    });
    bus.registerBeforeDeliver(() => void asked.push("hook"));
    bus.attemptPublish(secret);
    assert.deepEqual(asked, []);
    const message = event("a");
    bus.publish(message);
    bus.publish(message);
    assert.deepEqual(asked, ["policy", "hook", "duplicate"]);
  });
});

describe("a hook before delivery", () => {
  test("refuses by throwing, and is heard no more once it is removed", () => {
    const bus = openBus();
    const off = bus.registerBeforeDeliver(() => {
      throw new Error("closed");
    });
    assert.throws(() => bus.publish(event("a")), { code: "unauthorized", message: "closed" });
    off();
    off();
    bus.publish(event("a"));
  });

  test("registered twice is called twice, and each registration ends alone", () => {
    const bus = openBus();
    let calls = 0;
    const hook = (): void => void (calls += 1);
    const off = bus.registerBeforeDeliver(hook);
    bus.registerBeforeDeliver(hook);
    bus.publish(event("a"));
    off();
    bus.publish(event("a"));
    assert.equal(calls, 3);
  });

  test("commits once all have agreed, before publish returns, and not after a veto", () => {
    const bus = openBus({ dispatch: "microtask" });
    const log: string[] = [];
    bus.registerBeforeDeliver(() => {
      log.push("ask 1");
      return () => log.push("commit 1");
    });
    bus.registerBeforeDeliver(({ messageName }) => {
      log.push("ask 2");
      if (messageName === "b") throw new Error("veto");
    });
    bus.publish(event("a"));
    assert.deepEqual(log.splice(0), ["ask 1", "ask 2", "commit 1"]);
    bus.attemptPublish(event("b"));
    assert.deepEqual(log, ["ask 1", "ask 2"]);
  });

  test("gets the frozen copy, and a commit that throws stops nothing", (context) => {
    const logged = context.mock.method(console, "error", () => undefined);
    const bus = openBus();
    let received = 0;
    bus.subscribe("a", () => (received += 1));
    bus.registerBeforeDeliver((message) => {
      assert.ok(Object.isFrozen(message));
      return () => {
        throw new Error("commit");
      };
    });
    bus.publish(event("a"));
    assert.equal(received, 1);
    assert.equal(logged.mock.callCount(), 1);
  });
});
