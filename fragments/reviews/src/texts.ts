/** What this fragment says, in the languages that it speaks. */
import type { Order } from "./review.ts";

export type Locale = "en" | "de";

const en = {
  heading: "Reviews",
  of: (product: string) => ` of ${product}`,
  none: "No reviews yet.",
  reviews: (count: number) => `${count} ${count === 1 ? "review" : "reviews"}`,
  shown: (visible: number, all: string) => `${visible} of ${all}`,
  withStars: (stars: number) => ` with ${stars} stars`,
  allRatings: "All ratings",
  sortBy: "Sort by",
  orders: {
    newest: "Newest",
    helpful: "Most helpful",
    highest: "Highest rating",
    lowest: "Lowest rating",
  } satisfies Record<Order, string> as Readonly<Record<Order, string>>,
  more: (count: number) => `Show ${count} more ${count === 1 ? "review" : "reviews"}`,
  byRating: "Reviews by rating",
  onlyStars: (stars: number, reviews: string) => `Only ${stars} stars: ${reviews}`,
  stars: (rating: string) => `${rating} out of 5 stars`,
  helpful: "Helpful",
  helpfulWhat: (title: string, author: string) => `: ${title}, by ${author}`,
  writer: (name: string) => `You would write your review as ${name}.`,
  noWriter: "Log in, and your review carries your name.",
  decimal: ".",
  day: (day: number, month: string, year: string) => `${day} ${month} ${year}`,
  months: "January February March April May June July August September October November December",
};

const de: typeof en = {
  heading: "Bewertungen",
  of: (product) => ` von ${product}`,
  none: "Noch keine Bewertungen.",
  reviews: (count) => `${count} ${count === 1 ? "Bewertung" : "Bewertungen"}`,
  shown: (visible, all) => `${visible} von ${all}`,
  withStars: (stars) => ` mit ${stars} Sternen`,
  allRatings: "Alle Sterne",
  sortBy: "Sortieren",
  orders: {
    newest: "Neueste",
    helpful: "Hilfreichste",
    highest: "Beste",
    lowest: "Schlechteste",
  },
  more: (count) => `${count} weitere ${count === 1 ? "Bewertung" : "Bewertungen"} zeigen`,
  byRating: "Bewertungen nach Sternen",
  onlyStars: (stars, reviews) => `Nur ${stars} Sterne: ${reviews}`,
  stars: (rating) => `${rating} von 5 Sternen`,
  helpful: "Hilfreich",
  helpfulWhat: (title, author) => `: ${title}, von ${author}`,
  writer: (name) => `Ihre Bewertung stünde unter dem Namen ${name}.`,
  noWriter: "Angemeldet bewerten Sie unter Ihrem Namen.",
  decimal: ",",
  day: (day, month, year) => `${day}. ${month} ${year}`,
  months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
};

export type Texts = typeof en;
export const TEXTS: Readonly<Record<Locale, Texts>> = { en, de };

/** A locale that this fragment speaks; English where it does not speak the one asked for. */
export function localeOf(asked: unknown): Locale {
  return asked === "de" ? "de" : "en";
}

/** A rating with one decimal unless it is whole and `always` is false: `4.5`, in German `4,5`. */
export function formatRating(rating: number, texts: Texts, always: boolean): string {
  return (always ? rating.toFixed(1) : String(rating)).replace(".", texts.decimal);
}

/**
 * A day in words, such as `1 May 2026`; a text of another form comes back as it is.
 *
 * Not `Intl` or `Date`: their answer depends on locale and time zone, and text that differs
 * between server and browser breaks hydration.
 */
export function formatDay(createdAt: string, texts: Texts): string {
  const [, year = "", month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(createdAt) ?? [];
  const name = texts.months.split(" ")[Number(month) - 1];
  return name === undefined ? createdAt : texts.day(Number(day), name, year);
}
