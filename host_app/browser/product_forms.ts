/** The "Add to cart" forms of the host's own pages: a command instead of a form that is posted. */

import { announce } from "./announcer.ts";
import type { CartItem, Locale } from "./contracts.ts";
import type { ShopHandle } from "./shop_bus.ts";
import { say } from "./texts.ts";

const FEEDBACK_MS = 1600;
const LIVING_CART = 'tiny-fragment[name="Cart"][status="active"]';

export function answerProductForms(shop: ShopHandle, locale: () => Locale): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("form[data-add-to-cart]")) return;
    event.preventDefault();
    void add(form, read(form));
  });

  async function add(form: HTMLFormElement, item: CartItem): Promise<void> {
    const answer = await shop.command("cart:add", item);
    form.querySelector("[data-refusal]")?.remove();
    if (!answer.accepted) {
      const worded = answer.errorCode === "unknown";
      refuse(form, worded ? answer.message : say(locale(), "add.failed", { name: item.name }));
      return;
    }
    form.dataset["state"] = "added";
    setTimeout(() => delete form.dataset["state"], FEEDBACK_MS);
    // A living Cart says it itself.
    const { name, quantity } = item;
    if (!document.querySelector(LIVING_CART)) {
      announce(say(locale(), "add.announced", { name, quantity }));
    }
  }
}

function read(form: HTMLFormElement): CartItem {
  const fields = new FormData(form);
  return {
    id: String(fields.get("id")),
    name: form.dataset["name"] ?? "",
    priceCents: Number(form.dataset["priceCents"]),
    quantity: Number(fields.get("quantity") ?? 1),
  };
}

function refuse(form: HTMLFormElement, why: string): void {
  const text = document.createElement("p");
  text.className = "refusal";
  text.dataset["refusal"] = "";
  text.setAttribute("role", "alert");
  text.textContent = why;
  form.append(text);
}
