import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { makeNode, MAX_TEXT } from "./tree.ts";

const shape = (value: unknown): string[] =>
  makeNode(value)
    .children(0, Infinity)
    .map(({ key, type, text }) => `${key} ${type} ${text}`);

describe("a tree", () => {
  test("names type and value of each node", () => {
    assert.deepEqual(shape({ a: "x", b: 1, c: true, d: null, e: [], f: [1], g: {} }), [
      'a text "x"',
      "b number 1",
      "c boolean true",
      "d nothing null",
      "e list []",
      "f list [1]",
      "g other {}",
    ]);
  });

  test("opens maps, sets and errors", () => {
    assert.deepEqual(shape(new Map([["k", 1]])), ["k number 1"]);
    assert.deepEqual(shape(new Set(["v"])), ['0 text "v"']);
    assert.ok(shape(new Error("no")).includes('message text "no"'));
    assert.equal(makeNode(new Date(0)).size, 0);
  });

  test("gives the nodes of a long list page by page", () => {
    const node = makeNode(Array.from({ length: 1000 }, (_, id) => id));
    assert.equal(node.size, 1000);
    assert.deepEqual(
      node.children(998, 1100).map(({ key }) => key),
      ["998", "999"],
    );
  });

  test("does not walk a circle until it is opened", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    const [self] = makeNode(circle).children(0, 1);
    assert.deepEqual([self?.key, self?.size], ["self", 1]);
  });

  test("cuts a long text", () => {
    assert.ok(makeNode("x".repeat(100_000)).text.length <= MAX_TEXT + 3);
  });

  test("reads a getter that throws as nothing", () => {
    const hostile = {
      get a() {
        throw new Error("no");
      },
    };
    assert.deepEqual(shape(hostile), ["a nothing undefined"]);
  });
});
