/** The host's own words in the browser: says anew, in another language, what the server said. */

import de from "../texts/de.json" with { type: "json" };
import en from "../texts/en.json" with { type: "json" };
import type { Locale } from "./contracts.ts";

export type Key = keyof typeof en;
type Args = Readonly<Record<string, unknown>>;

const DICTIONARIES: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en, de };
/** Attributes whose text has its key in `data-t-…`. */
const ATTRIBUTES = ["aria-label", "alt", "content"];
const NO_BREAK_SPACE = "\u00a0";

/** Cents as euros: `€1,234.50`, in German `1.234,50 €`. As host_app/money.py writes them. */
export function formatPrice(cents: number, locale: Locale): string {
  const german = locale === "de";
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, german ? "." : ",");
  const rest = String(cents % 100).padStart(2, "0");
  return german ? `${whole},${rest}${NO_BREAK_SPACE}€` : `€${whole}.${rest}`;
}

/** The text of a key with its arguments, as host_app/texts says it. */
export function say(locale: Locale, key: string, args: Args = {}): string {
  const text = DICTIONARIES[locale][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => write(locale, name, args[name]));
}

function write(locale: Locale, name: string, value: unknown): string {
  if (name === "price") return formatPrice(Number(value), locale);
  if (name !== "rating") return String(value);
  const text = Number(value).toFixed(1);
  return locale === "de" ? text.replace(".", ",") : text;
}

/** Gives an element the text of a key, so that `sayAll` can say it again. */
export function label(element: HTMLElement, locale: Locale, key: Key, args?: Args): void {
  element.dataset["t"] = key;
  if (args) element.dataset["tArgs"] = JSON.stringify(args);
  element.textContent = say(locale, key, args);
}

/** Says everything in `root` that carries its key. */
export function sayAll(locale: Locale, root: ParentNode): void {
  const argsOf = (element: HTMLElement): Args =>
    JSON.parse(element.dataset["tArgs"] ?? "{}") as Args;
  for (const element of root.querySelectorAll<HTMLElement>("[data-t]")) {
    element.textContent = say(locale, element.dataset["t"]!, argsOf(element));
  }
  for (const name of ATTRIBUTES) {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-t-${name}]`)) {
      const key = element.getAttribute(`data-t-${name}`)!;
      element.setAttribute(name, say(locale, key, argsOf(element)));
    }
  }
}
