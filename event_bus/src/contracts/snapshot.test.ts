import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { z } from "zod";

import { jsonSchema } from "../schema/json-schema.ts";
import { compareSnapshots } from "./compare.ts";
import { defineContracts } from "./define.ts";
import type { Contract } from "./define.ts";
import { snapshotText, toSnapshot } from "./snapshot.ts";
import type { Snapshot, SnapshotSchema } from "./snapshot.ts";

const item = {
  type: "object",
  properties: { sku: { type: "string", maxLength: 20 }, quantity: { type: "integer" } },
  required: ["sku"],
} as const;

/** A snapshot of one message, made of plain data so that anything can be compared. */
function snapshotOf(payload: object, more: Partial<Contract> = {}): Snapshot {
  const contract = { kind: "event", version: 1, payload, ...more } as Contract;
  return toSnapshot({ definitions: { "cart:item-added": contract } });
}

function differences(before: Snapshot, after: Snapshot, removed?: string[]): string[] {
  return compareSnapshots(before, after, removed).map(
    ({ message, pointer, text, breaking }) => `${breaking ? "!" : ""}${message}${pointer} ${text}`,
  );
}

describe("a snapshot", () => {
  test("has each message's schemas, and is the same text whatever the order of the keys", () => {
    const contracts = defineContracts({
      b: { kind: "query", version: 2, payload: {}, result: { type: "string" } },
      a: { kind: "event", version: 1, payload: jsonSchema(item), description: "An item." },
    });
    const text = snapshotText(toSnapshot(contracts));
    const turned = defineContracts({
      a: { description: "An item.", payload: item, version: 1, kind: "event" },
      b: { result: { type: "string" }, payload: {}, version: 2, kind: "query" },
    });
    assert.equal(snapshotText(toSnapshot(turned)), text);
    assert.deepEqual(JSON.parse(text), {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      format: 1,
      messages: {
        a: { kind: "event", version: 1, description: "An item.", payload: item },
        b: { kind: "query", version: 2, payload: {}, result: { type: "string" } },
      },
    });
    assert.ok(text.indexOf('"a"') < text.indexOf('"b"'));
  });

  test("writes a Zod schema as what a publisher may send", () => {
    const payload = z.object({ sku: z.string(), quantity: z.number().default(1) });
    assert.deepEqual(snapshotOf(payload).messages["cart:item-added"]?.payload, {
      type: "object",
      properties: { sku: { type: "string" }, quantity: { default: 1, type: "number" } },
      required: ["sku"],
    });
  });

  test("of a validator that cannot write itself is an error that says what to do", () => {
    assert.throws(
      () => snapshotOf(v.object({ sku: v.string() })),
      /^Error: cart:item-added: its validator cannot be written as JSON Schema\. Use .*`convert`/,
    );
  });

  test("is made by what it is given to convert with", () => {
    const convert = (schema: unknown) => z.toJSONSchema(schema as z.ZodType) as SnapshotSchema;
    const definitions = {
      "cart:count": { kind: "event", version: 1, payload: z.number() },
    } as const;
    const { messages } = toSnapshot({ definitions }, { convert });
    assert.deepEqual(messages["cart:count"]?.payload, { type: "number" });
  });

  test("does not take a version that is none", () => {
    for (const version of [0, 1.5, "1" as unknown as number]) {
      assert.throws(() => snapshotOf(item, { version }), /is not an integer from 1/);
    }
  });
});

describe("comparing snapshots", () => {
  const before = snapshotOf(item);

  test("finds nothing where nothing but order has changed", () => {
    const turned = { required: ["sku"], properties: { ...item.properties }, type: "object" };
    assert.deepEqual(differences(before, snapshotOf(turned)), []);
    const [one, other] = [["a", "b"], ["b", "a"]].map((list) => ({ enum: list, required: list }));
    assert.deepEqual(differences(snapshotOf(one as object), snapshotOf(other as object)), []);
  });

  test("lets new messages, optional properties and annotations pass", () => {
    const grown = {
      ...item,
      title: "An item",
      properties: { ...item.properties, colour: { type: "string" } },
    };
    const after = snapshotOf(grown, { description: "Added" });
    const extra = { "cart:open": { kind: "command", version: 1, payload: {} } };
    assert.deepEqual(
      differences(before, { ...after, messages: { ...after.messages, ...extra } }),
      [
        "cart:item-added/description is another annotation",
        "cart:item-added/payload/properties/colour is new",
        "cart:item-added/payload/title is another annotation",
        "cart:open is new",
      ],
    );
  });

  const properties = item.properties;
  for (const [what, payload, difference] of [
    ["a property required now", { ...item, required: ["sku", "quantity"] },
      '/required "quantity" is required now'],
    ["a new required property",
      { ...item, properties: { ...properties, size: {} }, required: ["sku", "size"] },
      '/required "size" is required now'],
    ["a property no longer required", { ...item, required: [] },
      '/required "sku" is no longer required'],
    ["a removed property", { ...item, properties: { sku: properties.sku } },
      "/properties/quantity is removed"],
    ["another type", { ...item, properties: { ...properties, quantity: { type: "string" } } },
      '/properties/quantity/type was "integer" and is "string"'],
    ["a widened type",
      { ...item, properties: { ...properties, quantity: { type: ["integer", "null"] } } },
      '/properties/quantity/type was "integer" and is ["integer","null"]'],
    ["another bound",
      { ...item, properties: { ...properties, sku: { type: "string", maxLength: 10 } } },
      "/properties/sku/maxLength was 20 and is 10"],
    ["a bound that goes", { ...item, properties: { ...properties, sku: { type: "string" } } },
      "/properties/sku/maxLength was 20 and is absent"],
    ["a closed object", { ...item, additionalProperties: false },
      "/additionalProperties was absent and is false"],
  ] as const) {
    test(`takes ${what} for breaking, and says what to do`, () => {
      const found = differences(before, snapshotOf(payload)).filter((line) => line.startsWith("!"));
      assert.equal(found[0], `!cart:item-added/payload${difference}; raise its version to 2`);
      const raised = differences(before, snapshotOf(payload, { version: 2 }));
      assert.equal(raised[0], "cart:item-added/version went from 1 to 2");
      assert.ok(!raised.some((line) => line.startsWith("!")), "a new version may change all");
    });
  }

  test("looks into items, alternatives and results", () => {
    const list = (inner: object): object => ({ type: "array", items: { anyOf: [inner, {}] } });
    assert.deepEqual(
      differences(
        snapshotOf({}, { result: list({ enum: ["a"] }) }),
        snapshotOf({}, { result: list({ enum: ["a", "b"] }) }),
      ),
      [
        '!cart:item-added/result/items/anyOf/0/enum was ["a"] and is ["a","b"]' +
          "; raise its version to 2",
      ],
    );
    assert.deepEqual(differences(snapshotOf({}), snapshotOf({}, { result: {} })), [
      "!cart:item-added/result was absent and is {}; raise its version to 2",
    ]);
  });

  test("takes another kind, a lower version and a removal for breaking", () => {
    assert.deepEqual(differences(before, snapshotOf(item, { kind: "state" })), [
      '!cart:item-added/kind was "event" and is "state"; raise its version to 2',
    ]);
    assert.deepEqual(differences(snapshotOf(item, { version: 3 }), before), [
      "!cart:item-added/version went from 3 down to 1; raise it to 4",
    ]);
    const empty = toSnapshot({ definitions: {} });
    assert.deepEqual(differences(before, empty), [
      "!cart:item-added is removed; put it back, or write with --remove cart:item-added",
    ]);
    assert.deepEqual(differences(before, empty, ["cart:item-added"]), [
      "cart:item-added is removed",
    ]);
  });

  test("escapes names in its pointers, and knows a property named like one of every object", () => {
    const odd = JSON.parse('{"properties": {"a/b~c": {}, "constructor": {}, "__proto__": {}}}');
    assert.deepEqual(differences(snapshotOf({}), snapshotOf(odd)), [
      "cart:item-added/payload/properties/__proto__ is new",
      "cart:item-added/payload/properties/a~1b~0c is new",
      "cart:item-added/payload/properties/constructor is new",
    ]);
  });
});
