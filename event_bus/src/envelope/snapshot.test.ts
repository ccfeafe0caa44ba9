import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";

import { MAX_MESSAGE_DEPTH, snapshot } from "./snapshot.ts";

function nestedTo(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

describe("a snapshot", () => {
  test("equals the original, and is frozen at every level", () => {
    const original = { a: [{ b: { c: 1 } }, [2]], n: null, u: undefined };
    const copy = snapshot(original) as typeof original;
    assert.deepEqual(copy, original);
    for (const part of [copy, copy.a, copy.a[0], (copy.a[0] as { b: object }).b, copy.a[1]]) {
      assert.equal(Object.isFrozen(part), true);
    }
  });

  test("leaves the original unfrozen and does not follow its later changes", () => {
    const original = { items: [1] };
    const copy = snapshot(original) as typeof original;
    original.items.push(2);
    assert.deepEqual(copy.items, [1]);
  });

  test("copies plain objects of another realm", () => {
    const copy = snapshot({ payload: runInNewContext("({ list: [1] })") }) as {
      payload: { list: number[] };
    };
    assert.equal(Object.isFrozen(copy.payload), true);
    assert.equal(Object.isFrozen(copy.payload.list), true);
  });

  test("hands on what is neither a plain object nor an array", () => {
    class Money {}
    const original = { when: new Date(0), map: new Map(), money: new Money(), call: () => 1 };
    const copy = snapshot(original) as typeof original;
    assert.equal(copy.when, original.when);
    assert.equal(copy.map, original.map);
    assert.equal(copy.money, original.money);
    assert.equal(copy.call, original.call);
  });

  test("keeps a key named __proto__ as a key and sets no prototype", () => {
    const original = JSON.parse('{"payload": {"__proto__": {"admin": true}}}') as object;
    const { payload } = snapshot(original) as { payload: Record<string, unknown> };
    assert.equal(Object.getPrototypeOf(payload), Object.prototype);
    assert.equal(payload["admin"], undefined);
    assert.deepEqual(Object.keys(payload), ["__proto__"]);
  });

  test("reads a getter once", () => {
    let reads = 0;
    const original = {
      get payload() {
        reads += 1;
        return reads;
      },
    };
    const copy = snapshot(original) as typeof original;
    assert.deepEqual([copy.payload, copy.payload, reads], [1, 1, 1]);
  });

  test("does not let an array choose what it is copied to", () => {
    const list = [1];
    Object.assign(list, { constructor: { [Symbol.species]: () => ({ caught: true }) } });
    const copy = snapshot({ list }) as { list: unknown };
    assert.equal(Array.isArray(copy.list), true);
  });

  test("of a cycle, or of what is nested too deeply, is refused", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = [cycle];
    assert.throws(() => snapshot(cycle), { name: "BusValidationError", code: "validation" });
    assert.throws(() => snapshot(nestedTo(MAX_MESSAGE_DEPTH + 1)), { code: "validation" });
    assert.doesNotThrow(() => snapshot(nestedTo(MAX_MESSAGE_DEPTH)));
  });
});
