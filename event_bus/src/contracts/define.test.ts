import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { z } from "zod";

import { messages } from "../envelope/messages.fixture.ts";
import { runValidator } from "../envelope/validator.ts";
import type { Validator } from "../envelope/validator.ts";
import { defineContracts } from "./define.ts";
import type { PayloadsOf } from "./define.ts";

const contracts = defineContracts({
  "cart:item-added": {
    kind: "event",
    version: 2,
    description: "Somebody put something into the cart.",
    payload: {
      type: "object",
      properties: { sku: { type: "string" }, quantity: { type: "integer", minimum: 1 } },
      required: ["sku"],
    },
  },
  "cart:open": { kind: "command", version: 1, payload: {} },
  "recommendations:for-cart": {
    kind: "query",
    version: 1,
    payload: z.object({ limit: z.coerce.number().default(3) }),
    result: { type: "array", items: { type: "string" } },
  },
  "shop:cart": {
    kind: "state",
    version: 1,
    payload: v.object({ count: v.optional(v.number(), 0) }),
  },
});

/** The output, or the problems. */
function run(name: string, message: object): unknown {
  const issues: Parameters<typeof runValidator>[2] = [];
  const output = runValidator(contracts.validators[name] as Validator, message, issues);
  if (issues.length === 0) return output;
  return issues.map(({ path, message: text }) => `${path.join("/")} ${text}`);
}

const added = { ...messages.event, messageVersion: 2, payload: { sku: "mug" } };
const cart = { ...messages.state, messageName: "shop:cart", stateKey: "shop:cart" };
const query = { ...messages.query, messageName: "recommendations:for-cart" };

describe("contracts", () => {
  test("check the whole message: kind, version and payload", () => {
    assert.equal(run("cart:item-added", added), added);
    assert.deepEqual(run("cart:item-added", { ...added, messageVersion: 1 }), [
      "messageVersion must be 2",
    ]);
    assert.deepEqual(run("cart:item-added", { ...added, payload: { quantity: 0 } }), [
      "payload/sku is missing",
      "payload/quantity must have minimum 1",
    ]);
    assert.match(String(run("cart:open", added)), /kind must be "command"/);
  });

  test("say which version each name has", () => {
    const versions = Object.entries(contracts.validators).map(([name, validator]) => [
      name,
      (validator as { versions?: unknown }).versions,
    ]);
    assert.deepEqual(Object.fromEntries(versions), {
      "cart:item-added": { min: 2, max: 2 },
      "cart:open": { min: 1, max: 1 },
      "recommendations:for-cart": { min: 1, max: 1 },
      "recommendations:for-cart:result": {},
      "shop:cart": { min: 1, max: 1 },
    });
  });

  test("let a payload that may be anything be absent", () => {
    const { payload, ...rest } = { ...messages.command, messageName: "cart:open" };
    assert.ok(payload);
    assert.equal(run("cart:open", rest), rest);
  });

  test("keep the defaults and coercions of a validator from elsewhere", () => {
    const output = (message: object) => run(query.messageName, message) as typeof query;
    assert.deepEqual(output({ ...query, payload: {} }).payload, { limit: 3 });
    assert.deepEqual(output({ ...query, payload: { limit: "7" } }).payload, { limit: 7 });
    const whole = run("shop:cart", { ...cart, payload: {} }) as typeof cart;
    assert.deepEqual(whole.payload, { count: 0 });
  });

  test("check the answer of a query, whatever its version", () => {
    const name = "recommendations:for-cart:result";
    const answer = { ...messages.event, messageName: name, messageVersion: 5, payload: ["mug"] };
    assert.equal(run(name, answer), answer);
    assert.deepEqual(run(name, { ...answer, payload: [1] }), [
      'payload/0 must have type "string"',
    ]);
  });

  test("check a state's whole value, and leave a part of it to state sync", () => {
    const wrong = { ...cart, payload: { count: "1" } };
    assert.match(String(run("shop:cart", wrong)), /^payload\/count /);
    for (const operation of ["patch", "remove", "reset"]) {
      const message = { ...wrong, operation };
      assert.equal(run("shop:cart", message), message);
    }
    assert.deepEqual(Object.keys(contracts.schemas), ["shop:cart"]);
    const issues: Parameters<typeof runValidator>[2] = [];
    runValidator(contracts.schemas["shop:cart"] as Validator, { count: "1" }, issues);
    assert.deepEqual(issues.map(({ path }) => path), [["count"]]);
  });

  test("hold a state to the key of its name, for its ACL goes by that", () => {
    for (const operation of ["replace", "patch", "remove"]) {
      const message = { ...cart, operation, stateKey: "host:user", payload: { count: 1 } };
      assert.deepEqual(run("shop:cart", message), ['stateKey must be "shop:cart"']);
    }
  });

  test("take whatever is no message for one that is wrong", () => {
    for (const value of [null, undefined, 1, []]) {
      for (const validator of Object.values(contracts.validators)) {
        const issues: Parameters<typeof runValidator>[2] = [];
        runValidator(validator, value, issues);
        assert.equal(issues.length, 1);
      }
    }
  });

  test("with a JSON Schema that is not held are refused", () => {
    const payload = { type: "object", oneOf: [] } as object;
    assert.throws(() => defineContracts({ a: { kind: "event", version: 1, payload } }), {
      code: "validation",
    });
  });
});

const zodItem = z.object({ sku: z.string().trim(), quantity: z.number().default(1) });

for (const [library, payload] of [
  ["Zod", zodItem],
  ["Valibot", v.object({ sku: v.pipe(v.string(), v.trim()), quantity: v.optional(v.number(), 1) })],
  ["Zod by Standard Schema", standardOnly(zodItem)],
] as readonly [string, Validator][]) {
  test(`${library} judges a payload, and its output is what is delivered`, () => {
    const own = defineContracts({ "cart:item-added": { kind: "event", version: 1, payload } });
    const validator = own.validators["cart:item-added"] as Validator;
    const message = Object.freeze({ ...messages.event, payload: Object.freeze({ sku: " mug " }) });
    const issues: Parameters<typeof runValidator>[2] = [];
    const output = runValidator(validator, message, issues) as typeof message;
    assert.deepEqual(issues, []);
    assert.deepEqual(output.payload, { sku: "mug", quantity: 1 });
    runValidator(validator, { ...message, payload: { sku: 1 } }, issues);
    assert.deepEqual(issues.map(({ path }) => path), [["payload", "sku"]]);
  });
}

function standardOnly(schema: { readonly "~standard": object }): Validator {
  return { "~standard": schema["~standard"] } as Validator;
}

/** Compiles only where both types are the same one. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

test("the types of the payloads are known by name", () => {
  type P = PayloadsOf<typeof contracts>;
  const holds: [
    Same<
      P["cart:item-added"],
      { readonly sku: string; readonly quantity?: number | undefined }
    >,
    Same<P["cart:open"], unknown>,
    Same<P["recommendations:for-cart"], { limit: number }>,
    Same<P["recommendations:for-cart:result"], readonly string[]>,
    Same<P["shop:cart"], { count: number }>,
    Same<
      keyof P,
      | "cart:item-added"
      | "cart:open"
      | "recommendations:for-cart"
      | "recommendations:for-cart:result"
      | "shop:cart"
    >,
  ] = [true, true, true, true, true, true];
  assert.ok(holds);
});
