/** What the cart says, in the languages that it speaks. */

export type Locale = "en" | "de";

const en = {
  heading: "Your cart",
  pieces: (count: number) => `${count} ${count === 1 ? "item" : "items"}`,
  each: (price: string) => `${price} each`,
  quantityOf: (name: string) => `Quantity of ${name}`,
  less: (name: string) => `One ${name} less`,
  more: (name: string) => `One ${name} more`,
  remove: (name: string) => `Remove ${name}`,
  changed: (name: string, quantity: number) =>
    quantity === 0 ? `${name} removed from the cart.` : `${name}: ${quantity} in the cart.`,
  failed: "That did not work. Please try again.",
  toFreeShipping: (price: string) => `${price} more for free shipping`,
  freeShipping: "Shipping is free",
  subtotal: "Subtotal",
  checkout: "Checkout",
  noCheckout: "This is a demo shop: nothing is ordered or charged.",
  empty: "Your cart is empty",
  emptyHint: "What you add shows up here at once.",
  goesWellWith: (name: string) => `Goes well with ${name}`,
  add: "Add",
  addToCart: (name: string) => `Add to cart: ${name}`,
};

const de: typeof en = {
  heading: "Ihr Warenkorb",
  pieces: (count) => `${count} Artikel`,
  each: (price) => `je ${price}`,
  quantityOf: (name) => `Anzahl ${name}`,
  less: (name) => `Eins weniger: ${name}`,
  more: (name) => `Eins mehr: ${name}`,
  remove: (name) => `${name} entfernen`,
  changed: (name, quantity) =>
    quantity === 0 ? `${name} ist nicht mehr im Warenkorb.` : `${name}: ${quantity} im Warenkorb.`,
  failed: "Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.",
  toFreeShipping: (price) => `Noch ${price} bis zum Gratisversand`,
  freeShipping: "Der Versand ist gratis",
  subtotal: "Zwischensumme",
  checkout: "Zur Kasse",
  noCheckout: "Dies ist ein Beispielladen: Nichts wird bestellt oder abgebucht.",
  empty: "Ihr Warenkorb ist leer",
  emptyHint: "Was Sie hineinlegen, steht sofort hier.",
  goesWellWith: (name) => `Passt gut zu ${name}`,
  add: "Dazulegen",
  addToCart: (name) => `In den Warenkorb: ${name}`,
};

export type Texts = typeof en;
export const TEXTS: Readonly<Record<Locale, Texts>> = { en, de };

/** A locale that the cart speaks; English where it does not speak the one asked for. */
export function localeOf(asked: unknown): Locale {
  return asked === "de" ? "de" : "en";
}
