/** What a list of reviews says: order, average, distribution; without any user interface. */

/** `createdAt` is a day, `YYYY-MM-DD`; `helpful` counts the readers who found the review so. */
export interface Review {
  readonly id: string;
  readonly author: string;
  readonly rating: number;
  readonly title: string;
  readonly body: string;
  readonly createdAt: string;
  readonly helpful: number;
}

export type Order = "newest" | "helpful" | "highest" | "lowest";

/** The orders a reader can choose, the first one being the order at the start. */
export const ORDERS: readonly Order[] = ["newest", "helpful", "highest", "lowest"];

/** From the best to the worst rating. */
export const RATINGS: readonly number[] = [5, 4, 3, 2, 1];

const byNewest = (a: Review, b: Review): number =>
  a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0;

const COMPARE: Readonly<Record<Order, (a: Review, b: Review) => number>> = {
  newest: byNewest,
  helpful: (a, b) => b.helpful - a.helpful || byNewest(a, b),
  highest: (a, b) => b.rating - a.rating || byNewest(a, b),
  lowest: (a, b) => a.rating - b.rating || byNewest(a, b),
};

/** The reviews in the order asked for, only those with `rating` stars unless that is `null`. */
export function arrange(
  reviews: readonly Review[],
  order: Order,
  rating: number | null,
): readonly Review[] {
  return reviews
    .filter((review) => rating === null || review.rating === rating)
    .sort(COMPARE[order]);
}

/** The mean rating, rounded to a tenth; 0 where there is no review. */
export function average(reviews: readonly Review[]): number {
  if (reviews.length === 0) return 0;
  const sum = reviews.reduce((total, review) => total + review.rating, 0);
  return Math.round((sum / reviews.length) * 10) / 10;
}

/** How many reviews gave each rating, best first; `percent` is of all reviews, rounded. */
export function distribution(
  reviews: readonly Review[],
): readonly { readonly rating: number; readonly count: number; readonly percent: number }[] {
  return RATINGS.map((rating) => {
    const count = reviews.filter((review) => review.rating === rating).length;
    const percent = reviews.length === 0 ? 0 : Math.round((count / reviews.length) * 100);
    return { rating, count, percent };
  });
}
