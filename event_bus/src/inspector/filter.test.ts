import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { BusPolicyError } from "../errors.ts";
import { createMatcher, isFiltering, matchesPattern, noFilter } from "./filter.ts";
import type { Filter } from "./filter.ts";
import type { Row } from "./row.ts";
import { rowOf } from "./rows.fixture.ts";

const passes = (row: Row, filter: Partial<Filter>): boolean =>
  createMatcher({ ...noFilter, ...filter })(row);

describe("a filter", () => {
  const row = rowOf("cart:item-added", { sku: "mug-01", Name: "Ash glaze mug" });

  test("that is empty passes everything", () => {
    assert.equal(passes(row, {}), true);
    assert.equal(isFiltering(noFilter), false);
    assert.equal(isFiltering({ ...noFilter, kind: "event" }), true);
  });

  test("searches name, payload and ids, all words, in any case", () => {
    assert.equal(passes(row, { text: "ITEM ash" }), true);
    assert.equal(passes(row, { text: row.correlationId }), true);
    assert.equal(passes(row, { text: "item teapot" }), false);
  });

  test("takes a word with a star as a pattern for the name", () => {
    assert.equal(passes(row, { text: "cart:*" }), true);
    assert.equal(passes(row, { text: "cart:* mug" }), true);
    assert.equal(passes(row, { text: "*:state" }), false);
  });

  test("chooses by kind, source and outcome", () => {
    assert.equal(passes(row, { kind: "event", source: "shop", status: "delivered" }), true);
    assert.equal(passes(row, { kind: "query" }), false);
    assert.equal(passes(row, { source: "cart" }), false);
    assert.equal(passes(row, { status: "rejected" }), false);
  });

  test("finds what nobody received, but neither state nor answers", () => {
    const nobody = { receivers: [] };
    const unheard = { status: "unheard" } as const;
    assert.equal(passes(row, unheard), false);
    assert.equal(passes(rowOf("a", {}, nobody), unheard), true);
    assert.equal(passes(rowOf("a", {}, nobody, { kind: "state" }), unheard), false);
    const answer = rowOf("a:result", {}, nobody);
    answer.answerTo = "cart";
    assert.equal(passes(answer, unheard), false);
  });

  test("searches the reason of a rejection", () => {
    const error = new BusPolicyError('"reviews" may not publish');
    assert.equal(passes(rowOf("a", {}, { status: "rejected", error }), { text: "may not" }), true);
  });
});

describe("a pattern", () => {
  test("matches by segment: one star for one, two at the end for one or more", () => {
    const cases: [string, string, boolean][] = [
      ["cart:*", "cart:changed", true],
      ["cart:*", "cart:item:added", false],
      ["cart:*", "cart", false],
      ["cart:**", "cart:item:added", true],
      ["cart:**", "cart", false],
      ["**", "cart:item", true],
      ["*", "cart", true],
      ["*:changed", "cart:changed", true],
    ];
    for (const [pattern, name, expected] of cases) {
      assert.equal(matchesPattern(pattern, name), expected, `${pattern} ${name}`);
    }
  });

  test("has stars within a segment too", () => {
    assert.equal(matchesPattern("cart:item-*", "cart:item-added"), true);
    assert.equal(matchesPattern("c*t:*e*d", "cart:changed"), true);
    assert.equal(matchesPattern("cart:a*a", "cart:a"), false);
    assert.equal(matchesPattern("cart:*x*", "cart:changed"), false);
  });
});
