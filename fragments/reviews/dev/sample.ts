/** Reviews to look at while developing. */
import type { Review } from "../src/review.ts";

const TITLES = ["Lasts for years", "Good, but heavy", "A daily companion", "Chipped on arrival"];
const AUTHORS = ["Mira", "Jonas K.", "A. Okafor", "Lena"];

export const sample: readonly Review[] = [5, 4, 5, 1, 3, 5, 4, 5].map((rating, index) => ({
  id: `r${index}`,
  author: AUTHORS[index % AUTHORS.length]!,
  rating,
  title: TITLES[(index * 3) % TITLES.length]!,
  body: "I use it every morning and it still looks as it did on the first day. Easy to clean.",
  createdAt: `2026-0${index + 1}-1${index}`,
  helpful: (index * 7) % 12,
}));
