import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { jsonSchema } from "./json-schema.ts";
import type { FromSchema, JsonSchema } from "./types.ts";

function problems(schema: JsonSchema, value: unknown): string[] {
  const result = jsonSchema(schema).safeParse(value);
  if (result.success) return [];
  return result.error.issues.map(({ path, message }) => `${path.join("/")} ${message}`.trim());
}

const accepts = (schema: JsonSchema, value: unknown): boolean =>
  problems(schema, value).length === 0;

const item = {
  type: "object",
  properties: {
    id: { type: "string", minLength: 1 },
    quantity: { type: "integer", minimum: 1, maximum: 99 },
    note: { type: ["string", "null"], maxLength: 5 },
  },
  required: ["id", "quantity"],
  additionalProperties: false,
} as const;

describe("a JSON Schema", () => {
  test("takes what it describes and hands on the very value", () => {
    const value = { id: "mug", quantity: 2, note: null };
    const result = jsonSchema(item).safeParse(value);
    assert.ok(result.success);
    assert.equal(result.data, value);
  });

  test("names each problem and the way to it", () => {
    const schema = { type: "object", properties: { lines: { type: "array", items: item } } };
    const lines = [{ id: "mug", quantity: 2 }, { id: "", quantity: 100, colour: "red" }, { id: 1 }];
    assert.deepEqual(problems(schema as JsonSchema, { lines }), [
      "lines/1/id must have minLength 1",
      "lines/1/quantity must have maximum 99",
      "lines/1/colour is not a known key",
      'lines/2/id must have type "string"',
      "lines/2/quantity is missing",
    ]);
  });

  test("does not read on where a list has plenty of wrong items", () => {
    const list = Array.from({ length: 100_000 }, () => 1);
    assert.equal(problems({ items: { type: "string" } }, list).length, 20);
    const wide = Object.fromEntries(list.map((value, index) => [`k${index}`, value]));
    assert.equal(problems({ additionalProperties: false }, wide).length, 20);
  });

  for (const [schema, good, bad] of [
    [{ type: "string" }, ["", "x"], [1, null, undefined, [], {}]],
    [{ type: "number" }, [0, -1.5], [Number.NaN, Number.POSITIVE_INFINITY, "1", true]],
    [{ type: "integer" }, [0, 1.0], [1.5, "1", Number.NaN]],
    [{ type: "boolean" }, [true, false], [0, "true", null]],
    [{ type: "null" }, [null], [undefined, 0, ""]],
    [{ type: "array" }, [[]], [{}, "x", null]],
    [{ type: "object" }, [{}], [[], null, "x"]],
    [{ type: ["string", "null"] }, ["x", null], [1, []]],
    [{ enum: ["a", 1, null] }, ["a", 1, null], ["b", "1", undefined]],
    [{ const: "a" }, ["a"], ["b", undefined]],
    [{ minimum: 1 }, [1, "0", null], [0]],
    [{ maximum: 1 }, [1, "2"], [1.5]],
    [{ exclusiveMinimum: 0 }, [0.1], [0]],
    [{ exclusiveMaximum: 0 }, [-1], [0]],
    [{ minLength: 2 }, ["ab", "🛒🛒", 1], ["a", "🛒", ""]],
    [{ maxLength: 2 }, ["ab", "🛒🛒", [1, 2, 3]], ["abc", "🛒🛒🛒"]],
    [{ minItems: 1 }, [[1], "", {}], [[]]],
    [{ maxItems: 1 }, [[1], "abc"], [[1, 2]]],
    [{ pattern: "^p\\d+$" }, ["p1", 1], ["p", "xp1"]],
    [{ format: "uuid" }, ["5f1c2a34-9d1e-4c77-8f6e-0a1b2c3d4e5f", 1], ["5f1c2a34", ""]],
    [{ format: "date-time" }, ["2024-02-29T10:00:00Z"], ["2026-02-29T10:00:00Z", "2026-05-01"]],
    [{ format: "uri" }, ["https://example.org/a?b#c", "mailto:a@example.org"], ["a.png", "x: y"]],
    [{ anyOf: [{ type: "string" }, { required: ["id"] }] }, ["x", { id: 1 }], [{}]],
    [{ required: ["id"] }, [{ id: null }, 1], [{}, { id: undefined }]],
    [{ additionalProperties: { type: "number" } }, [{ a: 1 }, {}], [{ a: "1" }]],
    [{ required: ["a"], additionalProperties: { type: "number" } }, [{ a: 1 }], [{ a: "1" }, {}]],
    [{ items: { type: "string" } }, [[], ["a"], "x"], [[1], ["a", undefined]]],
    [{}, [1, null, undefined, {}], []],
  ] as readonly [JsonSchema, readonly unknown[], readonly unknown[]][]) {
    test(`holds ${JSON.stringify(schema)}`, () => {
      for (const value of good) assert.ok(accepts(schema, value), `takes ${JSON.stringify(value)}`);
      for (const value of bad) assert.ok(!accepts(schema, value), `not ${JSON.stringify(value)}`);
    });
  }

  test("ignores annotations", () => {
    const annotations = { title: "t", description: "d", default: 1, examples: [1], $comment: "c" };
    assert.ok(accepts({ type: "string", deprecated: true, readOnly: true, ...annotations }, "x"));
  });

  for (const [schema, word] of [
    [{ multipleOf: 2 }, "multipleOf"],
    [{ $ref: "#" }, "$ref"],
    [{ properties: { a: { oneOf: [] } } }, "oneOf"],
    [{ items: { type: "text" } }, "text"],
    [{ type: "toString" }, "toString"],
    [{ format: "email" }, "email"],
    [{ additionalProperties: { uniqueItems: true } }, "uniqueItems"],
    [{ anyOf: [{ not: {} }] }, "not"],
    [{ properties: { constructor: {} } }, "constructor"],
    [{ required: ["__proto__"] }, "__proto__"],
    [{ toString: 1 }, "toString"],
    [{ items: false }, "false"],
    [{ properties: { a: true } }, "true"],
  ] as const) {
    test(`with ${JSON.stringify(schema)} is refused when it is made`, () => {
      assert.throws(() => jsonSchema(schema as unknown as JsonSchema), {
        name: "BusValidationError",
        code: "validation",
        message: `A JSON Schema here cannot have "${word}".`,
      });
    });
  }

  test("takes a pattern that is none for the mistake that it is", () => {
    assert.throws(() => jsonSchema({ pattern: "(" }), SyntaxError);
  });

  test("is not led astray by a key named __proto__ in the data", () => {
    const value: unknown = JSON.parse('{"__proto__": {"id": "x", "admin": true}, "quantity": 1}');
    assert.deepEqual(problems(item, value), ["id is missing", "__proto__ is not a known key"]);
    assert.deepEqual(problems({ additionalProperties: { type: "number" } }, value), [
      '__proto__ must have type "number"',
    ]);
    assert.equal(({} as Record<string, unknown>)["admin"], undefined);
  });

  test("speaks Standard Schema", () => {
    const { version, vendor, validate } = jsonSchema({ type: "string" })["~standard"];
    assert.deepEqual([version, vendor], [1, "tiny-bus"]);
    assert.deepEqual(validate("x"), { value: "x" });
    assert.deepEqual(validate(1), {
      issues: [{ path: [], message: 'must have type "string"' }],
    });
  });
});

/** Compiles only where both types are the same one. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

test("the type of a JSON Schema literal is what it lets through", () => {
  const holds: [
    Same<
      FromSchema<typeof item>,
      {
        readonly id: string;
        readonly quantity: number;
        readonly note?: string | null | undefined;
      }
    >,
    Same<FromSchema<{ enum: readonly ["a", "b"] }>, "a" | "b">,
    Same<FromSchema<{ const: 7 }>, 7>,
    Same<FromSchema<{ anyOf: readonly [{ type: "string" }, { const: null }] }>, string | null>,
    Same<FromSchema<{ type: "array"; items: { type: "boolean" } }>, readonly boolean[]>,
    Same<FromSchema<{ type: "array" }>, readonly unknown[]>,
    Same<
      FromSchema<{ type: "object"; additionalProperties: { type: "number" } }>,
      { readonly [key: string]: number }
    >,
    Same<FromSchema<{ type: "object" }>, { readonly [key: string]: unknown }>,
    Same<FromSchema<{ description: "anything" }>, unknown>,
  ] = [true, true, true, true, true, true, true, true, true];
  assert.ok(holds);

  const schema = jsonSchema({
    type: "object",
    properties: { sku: { type: "string" }, tags: { type: "array", items: { enum: ["new"] } } },
    required: ["sku"],
  });
  const result = schema.safeParse({ sku: "mug" });
  assert.ok(result.success);
  const sku: string = result.data.sku;
  const tags: readonly "new"[] | undefined = result.data.tags;
  assert.deepEqual([sku, tags], ["mug", undefined]);
});
