import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";

import { snapshot } from "../envelope/snapshot.ts";
import { diffPatch, mergePatch } from "./merge-patch.ts";

/** Frozen, as what the bus delivers. */
const frozen = <T>(value: T): T => (snapshot({ value }) as { value: T }).value;
const merge = (target: unknown, patch: unknown): unknown =>
  mergePatch(frozen(target), frozen(patch));

/** Original, patch and result of RFC 7396, appendix A. */
const EXAMPLES: readonly [unknown, unknown, unknown][] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

/** The example of section 3. */
const ARTICLE = {
  title: "Goodbye!",
  author: { givenName: "John", familyName: "Doe" },
  tags: ["example", "sample"],
  content: "This will be unchanged",
};

describe("a merge patch", () => {
  for (const [target, patch, result] of EXAMPLES) {
    test(`makes ${JSON.stringify(target)} with ${JSON.stringify(patch)} what the RFC says`, () => {
      assert.deepEqual(merge(target, patch), result);
    });
  }

  test("makes of the RFC's article what the RFC says", () => {
    const patch = {
      title: "Hello!",
      phoneNumber: "+01-123-456-7890",
      author: { familyName: null },
      tags: ["example"],
    };
    assert.deepEqual(merge(ARTICLE, patch), {
      title: "Hello!",
      author: { givenName: "John" },
      tags: ["example"],
      content: "This will be unchanged",
      phoneNumber: "+01-123-456-7890",
    });
  });

  test("leaves its target as it is, and freezes what it makes", () => {
    const target = frozen({ a: { b: 1 }, c: {} });
    const patch = frozen({ a: { b: 2 }, d: { e: 1 } });
    const result = mergePatch(target, patch) as Record<string, unknown>;
    assert.deepEqual(target, { a: { b: 1 }, c: {} });
    for (const made of [result, result["a"], result["d"]]) assert.ok(Object.isFrozen(made));
  });

  test("shares what it does not change", () => {
    const target = frozen({ a: { b: 1 }, c: { d: 1 } });
    const result = mergePatch(target, frozen({ a: { b: 2 } })) as typeof target;
    assert.equal(result.c, target.c);
    assert.equal(mergePatch(target, frozen({ a: { b: 1 }, e: null })), target);
  });

  test("takes a Date and an instance for a value, not for an object to merge", () => {
    const date = new Date(0);
    const target = frozen({ at: new Date(1), map: new Map() });
    assert.equal((mergePatch(target, frozen({ at: date })) as typeof target).at, date);
  });

  test("leaves alone what is undefined in it", () => {
    assert.deepEqual(merge({ a: 1 }, { a: undefined, b: undefined }), { a: 1 });
  });

  for (const key of ["__proto__", "constructor", "prototype"]) {
    test(`refuses the key ${key}, however deep`, () => {
      const evil: unknown = JSON.parse(`{"a": {"${key}": {"polluted": 1}}}`);
      assert.throws(() => merge({ a: {} }, evil), { name: "BusValidationError" });
      assert.throws(() => merge({}, evil), { name: "BusValidationError" });
      assert.throws(() => diffPatch({}, evil), { name: "BusValidationError" });
      assert.equal("polluted" in {}, false);
    });
  }

  test("does not read what a value inherits", () => {
    assert.deepEqual(merge({}, { toString: { a: 1 } }), { toString: { a: 1 } });
  });
});

describe("the patch between two values", () => {
  const key = fc.string().filter((text) => !/^(__proto__|constructor|prototype)$/.test(text));
  const values = [fc.string(), fc.double(), fc.boolean(), fc.constant(null)];
  const record = fc.object({ key, values, maxDepth: 4 });

  test("leads from the one to the other, where there is one", () => {
    fc.assert(
      fc.property(record, record, (before, after) => {
        const patch = diffPatch(before, after);
        if (patch === null) assert.match(JSON.stringify(after), /null/);
        else assert.deepEqual(merge(before, patch), frozen(after));
      }),
    );
  });

  test("names what has changed, and nothing else", () => {
    const before = { a: 1, b: { c: 1, d: 1 }, e: [1] };
    assert.deepEqual(diffPatch(before, { ...before, b: { c: 2 } }), { b: { c: 2, d: null } });
  });

  test("does not exist where null is a new value", () => {
    assert.equal(diffPatch({ a: { b: 1 } }, { a: { b: null } }), null);
    assert.deepEqual(diffPatch({ a: null, b: 1 }, { a: null, b: 2 }), { b: 2 });
  });
});
