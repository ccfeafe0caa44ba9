import assert from "node:assert/strict";
import { test } from "node:test";

import { CartFullError, countPieces, totalCents, withAdded, withQuantity } from "./cart.ts";

const mug = { id: "mug", name: "Mug", priceCents: 2400, quantity: 2 };
const vase = { id: "vase", name: "Vase", priceCents: 2600, quantity: 1 };
const limits = { lines: 2, quantity: 99 };

test("a new product comes last, and one that is there gets more pieces", () => {
  assert.deepEqual(withAdded({ items: [mug] }, vase, limits).items, [mug, vase]);
  const { items } = withAdded({ items: [mug, vase] }, { ...mug, quantity: 3 }, limits);
  assert.deepEqual(items, [{ ...mug, quantity: 5 }, vase]);
});

test("a line takes no more pieces than it may", () => {
  const added = withAdded({ items: [mug] }, { ...mug, quantity: 98 }, limits);
  assert.equal(added.items[0]?.quantity, 99);
  assert.equal(withQuantity(added, "mug", 500, limits).items[0]?.quantity, 99);
});

test("a full cart refuses a further product and takes more of what it has", () => {
  const full = { items: [mug, vase] };
  const bowl = { ...mug, id: "bowl" };
  assert.throws(() => withAdded(full, bowl, limits), CartFullError);
  assert.equal(countPieces(withAdded(full, vase, limits)), 4);
});

test("a quantity replaces the one before, and zero takes the line away", () => {
  assert.deepEqual(withQuantity({ items: [mug, vase] }, "vase", 4, limits).items, [
    mug,
    { ...vase, quantity: 4 },
  ]);
  assert.deepEqual(withQuantity({ items: [mug, vase] }, "mug", 0, limits).items, [vase]);
});

test("what is not in the cart has no quantity", () => {
  assert.throws(() => withQuantity({ items: [mug] }, "vase", 1, limits), { code: "validation" });
});

test("nothing of a cart is changed in place", () => {
  const items = Object.freeze([Object.freeze({ ...mug })]);
  withAdded({ items }, vase, limits);
  withQuantity({ items }, "mug", 5, limits);
  assert.deepEqual(items, [mug]);
});

test("sums count pieces, not lines", () => {
  assert.equal(countPieces({ items: [mug, vase] }), 3);
  assert.equal(totalCents({ items: [mug, vase] }), 7400);
});
