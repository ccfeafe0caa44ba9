import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  formatCount,
  formatMs,
  formatTime,
  plural,
  preview,
  read,
  toJson,
  toText,
} from "./format.ts";

describe("format", () => {
  test("a time of day has milliseconds, and an impossible one is a dash", () => {
    const at = new Date(2026, 0, 2, 3, 4, 5, 67).getTime();
    assert.equal(formatTime(at), "03:04:05.067");
    assert.equal(formatTime(Number.NaN), "–");
  });

  test("a duration has the digits that tell something", () => {
    const cases: [number | undefined, string][] = [
      [undefined, "–"],
      [0, "< 0.1 ms"],
      [0.25, "0.25 ms"],
      [12.34, "12.3 ms"],
      [1234, "1234 ms"],
      [65_000, "65.0 s"],
    ];
    for (const [ms, text] of cases) assert.equal(formatMs(ms), text);
  });

  test("a count fits a badge", () => {
    assert.deepEqual([7, 999, 1250, 34_999, 2_500_000].map(formatCount), [
      "7",
      "999",
      "1.2k",
      "34k",
      "2.5M",
    ]);
    assert.equal(plural(1, "message"), "1 message");
    assert.equal(plural(2000, "message"), "2,000 messages");
  });

  test("a preview says what a value is in one line, and no more of it", () => {
    assert.equal(preview({ id: 1, tags: ["a"] }), '{id: 1, tags: ["a"]}');
    assert.equal(preview([new Date(0)]), "[1970-01-01T00:00:00.000Z]");
    assert.equal(preview({ a: { b: { c: 1 } } }), "{a: {b: {…}}}");
    assert.equal(preview([[[1, 2]], 3]), "[[[2]], 3]");
    assert.equal(preview(new Map([[1, 2]])), "Map(1)");
    assert.equal(preview(new Uint8Array(3)), "Uint8Array(3 bytes)");
    assert.equal(preview(new TypeError("no")), "TypeError: no");
    assert.equal(preview(12n), "12n");
    assert.equal(preview("x".repeat(500)).length, 160);
    assert.match(preview(Array.from({ length: 20 }, (_, id) => id)), /7, …\]$/);
  });

  test("what cannot be read is named, not thrown", () => {
    const hostile = {
      get name() {
        throw new Error("no");
      },
      toString() {
        throw new Error("no");
      },
    };
    assert.equal(read(hostile, "name"), undefined);
    assert.equal(toText(hostile), "(unreadable)");
    assert.equal(preview(hostile), "{name: undefined, toString: (function)}");
    assert.equal(toJson(hostile), "(unreadable)");
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    assert.equal(preview(revoked.proxy), "(unreadable)");
  });

  test("JSON names what JSON lacks, and marks a circle but not a value that comes twice", () => {
    const shared = { a: 1 };
    const circle: Record<string, unknown> = { first: shared, second: shared };
    circle["self"] = circle;
    assert.equal(toJson(circle), '{"first":{"a":1},"second":{"a":1},"self":"(circular)"}');
    const rare = { n: 1n, m: new Map([["k", new Set([1])]]) };
    assert.equal(toJson(rare), '{"n":"1n","m":[["k",[1]]]}');
    assert.equal(toJson(undefined), "undefined");
    assert.equal(toJson([1, 2, 3, 4], undefined, 3), "[1,2,null,null]");
  });
});
