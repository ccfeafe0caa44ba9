/** Keeps the place of a broken Cart true: the host's own list of lines follows the page's cart. */

import type { ReadableStore } from "../../event_bus/src/index.ts";
import type { Cart, CartItem, Locale } from "./contracts.ts";
import { label, sayAll } from "./texts.ts";

/** The host rendered its fallback, or a script failed and left what the server wrote. */
const BROKEN = 'tiny-fragment[name="Cart"]:is([status="fallback"], [status="failed"])';

export function keepFallbackTrue(cart: ReadableStore<Cart>, locale: () => Locale): void {
  const written = cart.get();
  const show = (): void => {
    const slot = document.querySelector(BROKEN);
    // What the server wrote is true until the cart changes.
    if (!slot || cart.get() === written) return;
    const list = listIn(slot, locale());
    list?.replaceChildren(...cart.get().items.map((item) => line(item, locale())));
  };
  cart.listen(show);
  // The cart may have changed before it turned out that the fragment fails.
  document.addEventListener("tiny-fragment-error", show);
}

/** A Cart that failed in the browser left its own HTML: the host's takes its place. */
function listIn(slot: Element, locale: Locale): Element | null {
  const found = slot.querySelector("[data-cart-lines]");
  const template = document.querySelector<HTMLTemplateElement>("template[data-cart-fallback]");
  if (found || !template) return found;
  const fallback = template.content.cloneNode(true) as DocumentFragment;
  sayAll(locale, fallback);
  slot.replaceChildren(fallback);
  return slot.querySelector("[data-cart-lines]");
}

function line({ name, quantity, priceCents }: CartItem, locale: Locale): Element {
  const element = document.createElement("li");
  const what = document.createElement("span");
  const price = document.createElement("span");
  label(what, locale, "cart.line", { quantity, name });
  label(price, locale, "price", { price: priceCents * quantity });
  element.append(what, " ", price);
  return element;
}
