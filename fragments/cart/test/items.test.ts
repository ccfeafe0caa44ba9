import { describe, expect, test } from "vitest";
import {
  applyChange,
  changedLine,
  countPieces,
  MAX_PIECES_PER_LINE,
  totalCents,
} from "../src/items.ts";

const mug = { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 };
const lamp = { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 };
const bowl = { id: "bowl", name: "Bowl", priceCents: 2450, quantity: 3 };
const items = [mug, lamp];

describe("a change", () => {
  test("adds a new product at the end", () => {
    expect(applyChange(items, { type: "add", item: bowl })).toEqual([mug, lamp, bowl]);
  });

  test("merges a product that is there already and takes its newest name and price", () => {
    const item = { id: "mug", name: "Mug", priceCents: 990, quantity: 3 };
    expect(applyChange(items, { type: "add", item })).toEqual([{ ...item, quantity: 5 }, lamp]);
  });

  test("leaves the list that it was given as it is", () => {
    applyChange(items, { type: "set", id: "mug", quantity: 3 });
    expect(items[0]).toEqual(mug);
  });

  test("removes a line that reaches zero", () => {
    expect(applyChange(items, { type: "set", id: "mug", quantity: 0 })).toEqual([lamp]);
    expect(applyChange(items, { type: "set", id: "mug", quantity: -1 })).toEqual([lamp]);
  });

  test("stops at the most pieces a line takes", () => {
    const next = applyChange(items, { type: "set", id: "lamp", quantity: 1000 });
    expect(next[1]?.quantity).toBe(MAX_PIECES_PER_LINE);
    expect(applyChange(next, { type: "set", id: "lamp", quantity: 1000 })).toBe(next);
  });

  test("of an unknown product changes nothing", () => {
    expect(applyChange(items, { type: "set", id: "gone", quantity: 1 })).toBe(items);
  });
});

describe("the line that changed", () => {
  test("is the one with another quantity, the new one, or the one that is gone", () => {
    const more = { ...mug, quantity: 3 };
    expect(changedLine(items, [more, lamp])).toMatchObject({ name: "Enamel mug", quantity: 3 });
    expect(changedLine(items, [mug, lamp, bowl])).toMatchObject({ name: "Bowl", quantity: 3 });
    expect(changedLine(items, [lamp])).toEqual({ name: "Enamel mug", quantity: 0 });
  });

  test("is none where the list is another one and says the same", () => {
    expect(changedLine(items, [{ ...mug }, { ...lamp }])).toBeUndefined();
  });
});

test("sums count pieces, not lines", () => {
  expect(countPieces(items)).toBe(3);
  expect(totalCents(items)).toBe(2 * 1290 + 5900);
});
