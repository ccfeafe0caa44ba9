/** The changes that the page's cart can go through. Pure; a change that cannot be throws. */

import { BusValidationError } from "../../event_bus/src/index.ts";
import type { Cart, CartItem } from "./contracts.ts";

export interface Limits {
  /** Lines that a cart may have, and pieces in one line. */
  readonly lines: number;
  readonly quantity: number;
}

/** A cart that takes no further product; whoever asked for one is told so. */
export class CartFullError extends Error {}

/** The cart with these pieces more; over the limit a line stays there. Throws CartFullError. */
export function withAdded({ items }: Cart, added: CartItem, limits: Limits): Cart {
  const { id, name, priceCents } = added;
  const line = items.find((item) => item.id === id);
  if (!line && items.length >= limits.lines) throw new CartFullError();
  const quantity = Math.min((line?.quantity ?? 0) + added.quantity, limits.quantity);
  const next = { id, name, priceCents, quantity };
  return { items: line ? items.map((item) => (item === line ? next : item)) : [...items, next] };
}

/** The cart with that many pieces of a product; at zero its line goes. */
export function withQuantity({ items }: Cart, id: string, wanted: number, limits: Limits): Cart {
  const quantity = Math.min(wanted, limits.quantity);
  const line = items.find((item) => item.id === id);
  if (!line) throw new BusValidationError("validation", `"${id}" is not in the cart.`);
  return {
    items:
      quantity > 0
        ? items.map((item) => (item === line ? { ...item, quantity } : item))
        : items.filter((item) => item !== line),
  };
}

/** How many pieces the cart holds. */
export function countPieces({ items }: Cart): number {
  return items.reduce((sum, item) => sum + item.quantity, 0);
}

/** What all pieces cost together, in cents. */
export function totalCents({ items }: Cart): number {
  return items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
}
