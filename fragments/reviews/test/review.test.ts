import { expect, test } from "vitest";
import {
  arrange,
  average,
  distribution,
  type Order,
  type Review,
} from "../src/review.ts";
import { formatDay, formatRating, TEXTS } from "../src/texts.ts";

function review(id: string, rating: number, createdAt: string, helpful: number): Review {
  return { id, author: "Mira", rating, title: id, body: "", createdAt, helpful };
}

const reviews = [
  review("a", 4, "2026-01-05", 2),
  review("b", 5, "2026-03-01", 0),
  review("c", 1, "2025-12-31", 9),
  review("d", 5, "2026-02-10", 2),
];

test.each<[Order, string]>([
  ["newest", "bdac"],
  ["helpful", "cdab"],
  ["highest", "bdac"],
  ["lowest", "cabd"],
])("the order %s is %s, the newer one first where equal", (order, ids) => {
  expect(
    arrange(reviews, order, null)
      .map(({ id }) => id)
      .join(""),
  ).toBe(ids);
});

test("arranging leaves the given list as it is", () => {
  arrange(reviews, "lowest", null);
  expect(reviews.map(({ id }) => id).join("")).toBe("abcd");
});

test("a rating limits the list", () => {
  expect(arrange(reviews, "newest", 5).map(({ id }) => id)).toEqual(["b", "d"]);
  expect(arrange(reviews, "newest", 2)).toEqual([]);
});

test("the average is rounded to a tenth and is zero without reviews", () => {
  expect(average(reviews)).toBe(3.8);
  expect(average([])).toBe(0);
});

test("the distribution names every rating, also those that nobody gave", () => {
  expect(distribution(reviews).map(({ count }) => count)).toEqual([2, 1, 0, 0, 1]);
  expect(distribution(reviews)[0]).toEqual({ rating: 5, count: 2, percent: 50 });
  expect(distribution([]).every(({ percent }) => percent === 0)).toBe(true);
});

test.each([
  ["2026-05-01", "1 May 2026", "1. Mai 2026"],
  ["2025-12-31T23:59:00Z", "31 December 2025", "31. Dezember 2025"],
  ["2026-13-01", "2026-13-01", "2026-13-01"],
  ["yesterday", "yesterday", "yesterday"],
])("the day %s reads %s, in German %s", (day, english, german) => {
  expect(formatDay(day, TEXTS.en)).toBe(english);
  expect(formatDay(day, TEXTS.de)).toBe(german);
});

test("a rating has the decimal mark of its language", () => {
  expect([4.5, 4].map((rating) => formatRating(rating, TEXTS.de, true))).toEqual(["4,5", "4,0"]);
  expect([4.5, 4].map((rating) => formatRating(rating, TEXTS.en, false))).toEqual(["4.5", "4"]);
});

test("one review is not plural", () => {
  expect([0, 1, 2].map(TEXTS.en.reviews)).toEqual(["0 reviews", "1 review", "2 reviews"]);
});
