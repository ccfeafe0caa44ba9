/** Shows in the host's own HTML what the page's stores say: count, user, language, theme. */

import type { Atom } from "../../event_bus/src/index.ts";
import { countPieces } from "./cart.ts";
import type { Cart, Preferences, Session } from "./contracts.ts";
import { sayAll } from "./texts.ts";

const all = (selector: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(selector),
];

function showCount(cart: Cart): void {
  for (const element of all("[data-cart-count]")) element.textContent = String(countPieces(cart));
}

function showUser({ user }: Session): void {
  for (const element of all("[data-user-name]")) element.textContent = user?.name ?? "";
  for (const element of all("[data-signed-in]")) element.hidden = !user;
  for (const element of all("[data-signed-out]")) element.hidden = !!user;
}

function showPreferences({ theme, locale }: Preferences): void {
  const root = document.documentElement;
  root.dataset["theme"] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[data-theme-color]")) {
    const own = meta.dataset["themeColor"];
    meta.media =
      theme === "system" ? `(prefers-color-scheme: ${own})` : theme === own ? "all" : "not all";
  }
  for (const name of ["theme", "locale"] as const) {
    const chosen = { theme, locale }[name];
    for (const button of document.querySelectorAll<HTMLButtonElement>(`button[name=${name}]`)) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  }
  if (root.lang === locale) return;
  root.lang = locale;
  sayAll(locale, document);
}

export interface Shown {
  readonly cart: Atom<Cart>;
  readonly session: Atom<Session>;
  readonly preferences: Atom<Preferences>;
}

export function followStores({ cart, session, preferences }: Shown): void {
  cart.subscribe(showCount);
  session.subscribe(showUser);
  preferences.subscribe(showPreferences);
}
