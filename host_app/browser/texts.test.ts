import assert from "node:assert/strict";
import { test } from "node:test";

import { formatPrice, say } from "./texts.ts";

test("prices read as the server writes them", () => {
  assert.equal(formatPrice(0, "en"), "€0.00");
  assert.equal(formatPrice(123456789, "en"), "€1,234,567.89");
  assert.equal(formatPrice(123450, "de"), "1.234,50\u00a0€");
  assert.equal(formatPrice(5, "de"), "0,05\u00a0€");
});

test("a text says its arguments as its language writes them", () => {
  assert.equal(say("en", "cart.each", { price: 2400 }), "€24.00 each");
  assert.equal(say("de", "cart.each", { price: 123450 }), "je 1.234,50\u00a0€");
  assert.equal(say("de", "rating", { rating: 5 }), "5,0");
  assert.equal(say("de", "cart.line", { quantity: 2, name: "{price}" }), "2 × {price}");
});
