import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { event, openBus } from "./bus.fixture.ts";

describe("with a time to live", () => {
  const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

  for (const [what, occurredAtUtc, code] of [
    ["a bad date is a validation error", "yesterday", "validation"],
    ["no date is a validation error", {}, "validation"],
    ["an old message is a timeout", ago(1500), "timeout"],
    ["a message that is just young enough is taken", ago(900), undefined],
    ["a message of the future is taken", ago(-3_600_000), undefined],
    ["another time zone is the same time", "1999-01-01T00:00:00+02:00", "timeout"],
  ] as const) {
    test(what, (context) => {
      const now = Date.now();
      context.mock.timers.enable({ apis: ["Date"], now });
      const bus = openBus({ messageTtlMs: 1000 });
      const outcome = bus.attemptPublish({ ...event("a"), occurredAtUtc } as never);
      assert.equal(outcome.status === "rejected" ? outcome.error.code : undefined, code);
    });
  }

  test("the age is checked before the validator", () => {
    let calls = 0;
    const counting = {
      safeParse(data: unknown) {
        calls += 1;
        return { success: true as const, data };
      },
    };
    const bus = openBus({ messageTtlMs: 1000, validators: { a: counting } });
    bus.attemptPublish(event("a", {}, { occurredAtUtc: ago(5000) }));
    assert.equal(calls, 0);
  });

  test("without one, old messages are taken", () => {
    const old = event("a", {}, { occurredAtUtc: "1999-01-01T00:00:00Z" });
    assert.equal(openBus().attemptPublish(old).status, "delivered");
  });
});
