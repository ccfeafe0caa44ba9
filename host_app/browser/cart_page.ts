/** The host's own cart page: changes without a reload, and follows what other tabs change. */

import type { ReadableStore } from "../../event_bus/src/index.ts";
import { announce } from "./announcer.ts";
import { totalCents } from "./cart.ts";
import type { Cart, CartItem, Locale } from "./contracts.ts";
import type { ShopHandle } from "./shop_bus.ts";
import { label, say } from "./texts.ts";

const SECTION = "[data-cart-page]";
const LINE = "[data-cart-line]";

export function enlivenCartPage(
  shop: ShopHandle,
  cart: ReadableStore<Cart>,
  locale: () => Locale,
): void {
  if (!document.querySelector(SECTION)) return;
  cart.listen((now) => showLines(now, locale()));
  shop.subscribe("cart:saved", () => {
    if (!isComplete(cart.get())) void showAsTheServerSays();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("form[data-change-cart]")) return;
    const fields = new FormData(form);
    const item = cart.get().items.find(({ id }) => id === fields.get("id"));
    if (!item) return;
    event.preventDefault();
    void change(item, item.quantity + Number(fields.get("quantity")));
  });

  async function change({ id, name }: CartItem, quantity: number): Promise<void> {
    const answer = await shop.command("cart:set-quantity", { id, quantity });
    announce(
      answer.accepted
        ? say(locale(), "add.announced", { name, quantity })
        : say(locale(), "add.failed", { name }),
    );
  }
}

const lines = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(LINE)];

/** Whether the page has a line for each item; an empty cart has a text of its own. */
function isComplete({ items }: Cart): boolean {
  const shown = lines().map((line) => line.dataset["cartLine"]);
  return items.length > 0 && items.every(({ id }) => shown.includes(id));
}

function showLines(cart: Cart, locale: Locale): void {
  for (const line of lines()) {
    const item = cart.items.find(({ id }) => id === line.dataset["cartLine"]);
    if (item) showLine(line, item, locale);
    else remove(line);
  }
  const total = document.querySelector<HTMLElement>("[data-cart-total] [data-t]");
  if (total) label(total, locale, "price", { price: totalCents(cart) });
}

function showLine(line: HTMLElement, { quantity, priceCents }: CartItem, locale: Locale): void {
  const count = line.querySelector("[data-line-quantity]");
  const total = line.querySelector<HTMLElement>("[data-line-total] [data-t]");
  if (count) count.textContent = String(quantity);
  if (total) label(total, locale, "price", { price: priceCents * quantity });
}

function remove(line: HTMLElement): void {
  if (line.contains(document.activeElement)) focusHeading();
  line.remove();
}

function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>(`${SECTION} h1`);
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}

/** For what needs more than a number: a product's picture, or the text of an empty cart. */
async function showAsTheServerSays(): Promise<void> {
  const response = await fetch(location.href);
  const html = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = html.querySelector(SECTION);
  const section = document.querySelector(SECTION);
  if (!response.ok || !fresh || !section) return;
  const hadFocus = section.contains(document.activeElement);
  section.replaceWith(fresh);
  if (hadFocus) focusHeading();
}
