/** Writes amounts of money the same way on the server and in every browser. */
import type { Locale } from "./texts.ts";

const SYMBOLS: Readonly<Record<string, string>> = { EUR: "€", GBP: "£", USD: "$" };
const NO_BREAK_SPACE = "\u00a0";

/**
 * Formats an amount given in hundredths: `€1,290.00` or `CHF 12.90`, in German `1.290,00 €`.
 *
 * Not `Intl`: its answer depends on the machine's locale data, and text that differs between
 * server and browser breaks hydration.
 */
export function formatPrice(cents: number, currency: string, locale: Locale = "en"): string {
  const german = locale === "de";
  const amount = Math.abs(Math.round(cents));
  const whole = Math.floor(amount / 100).toString();
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, german ? "." : ",");
  const fraction = (amount % 100).toString().padStart(2, "0");
  const number = `${grouped}${german ? "," : "."}${fraction}`;
  const sign = cents < 0 ? "−" : "";
  const symbol = Object.hasOwn(SYMBOLS, currency) ? SYMBOLS[currency] : undefined;
  if (german) return `${sign}${number}${NO_BREAK_SPACE}${symbol ?? currency}`;
  return `${sign}${symbol ?? `${currency} `}${number}`;
}
