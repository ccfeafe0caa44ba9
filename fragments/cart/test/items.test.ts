import { describe, expect, test } from "vitest";
import {
  applyChange,
  type CartState,
  countPieces,
  isCartItem,
  MAX_PIECES_PER_LINE,
  totalCents,
} from "../src/items.ts";

const mug = { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 };
const lamp = { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 };
const state: CartState = { items: [mug, lamp], announcement: "" };

describe("a change", () => {
  test("adds a new product at the end", () => {
    const bowl = { id: "bowl", name: "Bowl", priceCents: 2450, quantity: 3 };
    const next = applyChange(state, { type: "add", item: bowl });
    expect(next.items).toEqual([mug, lamp, bowl]);
    expect(next.announcement).toBe("Bowl: 3 in the cart.");
  });

  test("merges a product that is there already and takes its newest name and price", () => {
    const item = { id: "mug", name: "Mug", priceCents: 990, quantity: 3 };
    const next = applyChange(state, { type: "add", item });
    expect(next.items).toEqual([{ ...item, quantity: 5 }, lamp]);
  });

  test("keeps only the fields of a cart line", () => {
    const item = { id: "x", name: "X", priceCents: 1, quantity: 1, secret: "no" };
    expect(applyChange(state, { type: "add", item }).items.at(-1)).not.toHaveProperty("secret");
  });

  test("leaves the state that it was given as it is", () => {
    applyChange(state, { type: "adjust", id: "mug", quantity: 1 });
    expect(state.items[0]).toEqual(mug);
  });

  test("removes a line that reaches zero", () => {
    const next = applyChange(state, { type: "adjust", id: "mug", quantity: -2 });
    expect(next.items).toEqual([lamp]);
    expect(next.announcement).toBe("Enamel mug removed from the cart.");
  });

  test("stops at the most pieces a line takes", () => {
    const next = applyChange(state, { type: "adjust", id: "lamp", quantity: 1000 });
    expect(next.items[1]?.quantity).toBe(MAX_PIECES_PER_LINE);
    expect(applyChange(next, { type: "adjust", id: "lamp", quantity: 1 })).toBe(next);
  });

  test("of an unknown product changes nothing", () => {
    expect(applyChange(state, { type: "adjust", id: "gone", quantity: 1 })).toBe(state);
  });
});

test("sums count pieces, not lines", () => {
  expect(countPieces(state.items)).toBe(3);
  expect(totalCents(state.items)).toBe(2 * 1290 + 5900);
});

test.each([
  null,
  "mug",
  {},
  { ...mug, id: "" },
  { ...mug, name: 7 },
  { ...mug, priceCents: -1 },
  { ...mug, priceCents: 12.5 },
  { ...mug, quantity: 0 },
  { ...mug, quantity: Number.NaN },
  { ...mug, quantity: "1" },
])("the payload %j is not a cart line", (payload) => {
  expect(isCartItem(payload)).toBe(false);
});

test("a complete payload is a cart line", () => {
  expect(isCartItem(mug)).toBe(true);
});
