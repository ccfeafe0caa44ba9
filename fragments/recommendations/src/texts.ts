/** What this fragment says, in the languages that it speaks. */

export type Locale = "en" | "de";

const en = {
  heading: "You may also like",
  empty: "Nothing to recommend right now.",
  add: "Add to cart",
  addToCart: (name: string) => `Add to cart: ${name}`,
  added: "Added",
  announced: (name: string) => `${name} added to the cart.`,
  previous: "Show previous products",
  next: "Show next products",
};

const de: typeof en = {
  heading: "Das könnte Ihnen auch gefallen",
  empty: "Gerade gibt es nichts zu empfehlen.",
  add: "In den Warenkorb",
  addToCart: (name) => `In den Warenkorb: ${name}`,
  added: "Liegt darin",
  announced: (name) => `${name} liegt im Warenkorb.`,
  previous: "Vorige Produkte zeigen",
  next: "Weitere Produkte zeigen",
};

export type Texts = typeof en;
export const TEXTS: Readonly<Record<Locale, Texts>> = { en, de };

/** A locale that this fragment speaks; English where it does not speak the one asked for. */
export function localeOf(asked: unknown): Locale {
  return asked === "de" ? "de" : "en";
}
