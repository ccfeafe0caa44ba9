/** Writes amounts of money the same way on the server and in every browser. */

const SYMBOLS: Readonly<Record<string, string>> = { EUR: "€", GBP: "£", USD: "$" };

/**
 * Formats an amount given in hundredths, such as `€1,290.00` or `CHF 12.90`.
 *
 * Not `Intl`: its answer depends on the machine's locale data, and text that differs between
 * server and browser breaks hydration.
 */
export function formatPrice(cents: number, currency: string): string {
  const amount = Math.abs(Math.round(cents));
  const whole = Math.floor(amount / 100).toString();
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (amount % 100).toString().padStart(2, "0");
  const unit = Object.hasOwn(SYMBOLS, currency) ? SYMBOLS[currency] : `${currency} `;
  return `${cents < 0 ? "−" : ""}${unit}${grouped}.${fraction}`;
}
