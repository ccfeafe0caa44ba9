import { expect, test } from "vitest";
import { formatPrice } from "../src/money.ts";

test.each([
  [0, "EUR", "€0.00"],
  [5, "EUR", "€0.05"],
  [1290, "EUR", "€12.90"],
  [129_000, "USD", "$1,290.00"],
  [123_456_789, "GBP", "£1,234,567.89"],
  [1290, "CHF", "CHF 12.90"],
  [1290, "constructor", "constructor 12.90"],
  [-1290, "EUR", "−€12.90"],
])("%i hundredths of %s read %s", (cents, currency, text) => {
  expect(formatPrice(cents, currency)).toBe(text);
});

test.each([
  [5, "EUR", "0,05\u00a0€"],
  [123_450, "EUR", "1.234,50\u00a0€"],
  [1290, "CHF", "12,90\u00a0CHF"],
  [-1290, "EUR", "−12,90\u00a0€"],
])("in German %i hundredths of %s read %s", (cents, currency, text) => {
  expect(formatPrice(cents, currency, "de")).toBe(text);
});
