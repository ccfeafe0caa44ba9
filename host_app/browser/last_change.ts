/**
 * Remembers the cart's last change for the page that comes next, in this tab or another one: the
 * host may have written that page before it knew of the change.
 */

import type { Cart } from "./contracts.ts";

const KEY = "shop:last-change";
/** After that the host knows of it, or never will. */
const RECENT_MS = 5000;

export interface LastChange {
  readonly cart: Cart;
  readonly isSaved: boolean;
}

/** The browser may forbid storage; a change made in the last moment is lost then. */
function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

export function remember(cart: Cart, isSaved: boolean): void {
  quietly(() => localStorage.setItem(KEY, JSON.stringify({ cart, isSaved, at: Date.now() })));
}

export function forget(): void {
  quietly(() => localStorage.removeItem(KEY));
}

/** Undefined where the last change is none of the last seconds. */
export function recall(): LastChange | undefined {
  return quietly(() => {
    const found = JSON.parse(localStorage.getItem(KEY)!) as LastChange & { readonly at: number };
    return Math.abs(Date.now() - found.at) < RECENT_MS ? found : undefined;
  });
}
