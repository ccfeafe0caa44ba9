import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Issue } from "../errors.ts";
import { messages } from "./messages.fixture.ts";
import { EventMessageSchema } from "./messages.ts";
import { isValidator, runValidator } from "./validator.ts";
import type { Validator } from "./validator.ts";

function run(validator: unknown, value: unknown = "in"): [unknown, Issue[]] {
  const issues: Issue[] = [];
  return [runValidator(validator as Validator, value, issues), issues];
}

const standard = (result: unknown) => ({
  "~standard": { version: 1, vendor: "test", validate: () => result },
});

describe("a validator", () => {
  test("may offer safeParse", () => {
    assert.deepEqual(run({ safeParse: () => ({ success: true, data: "out" }) }), ["out", []]);
  });

  test("may speak Standard Schema, also as a function", () => {
    assert.deepEqual(run(standard({ value: "out" })), ["out", []]);
    const callable = Object.assign(() => undefined, standard({ value: "out" }));
    assert.equal(isValidator(callable), true);
    assert.deepEqual(run(callable), ["out", []]);
  });

  test("reports issues with their paths, in either form of a Standard Schema path", () => {
    const issues = [{ message: "is wrong", path: ["a", { key: 0 }] }, { message: "too" }];
    const expected = [
      { path: ["a", 0], message: "is wrong" },
      { path: [], message: "too" },
    ];
    assert.deepEqual(run(standard({ issues }))[1], expected);
    const failing = { safeParse: () => ({ success: false, error: { issues } }) };
    assert.deepEqual(run(failing)[1], expected);
  });

  test("that fails without a list of issues still fails, with the message it has", () => {
    const failing = { safeParse: () => ({ success: false, error: new Error("no cart") }) };
    assert.deepEqual(run(failing)[1], [{ path: [], message: "no cart" }]);
    assert.deepEqual(run({ safeParse: () => ({ success: false }) })[1], [
      { path: [], message: "is invalid" },
    ]);
  });

  test("that throws, or returns nothing, fails the value and not the caller", () => {
    const throwing = {
      safeParse() {
        throw new Error("boom");
      },
    };
    assert.match(run(throwing)[1][0]?.message ?? "", /boom/);
    assert.equal(run({ safeParse: () => undefined })[1].length, 1);
  });

  test("of this package is asked without a result object", () => {
    const failing = { safeParse: () => ({ success: false as const, error: {} }) };
    const schema = EventMessageSchema.extend({ payload: failing });
    const issue = { path: ["payload"], message: "is invalid" };
    assert.deepEqual(run(schema, messages.event)[1], [issue]);
    assert.deepEqual(run(EventMessageSchema, messages.event), [messages.event, []]);
  });

  test("that is async fails the value and says so", () => {
    assert.match(run(standard(Promise.resolve({ value: 1 })))[1][0]?.message ?? "", /must be sync/);
  });

  test("is recognized by what it offers", () => {
    for (const value of [undefined, null, 1, {}, { safeParse: 1 }, { "~standard": {} }]) {
      assert.equal(isValidator(value), false);
    }
  });
});
