/** What the server wrote into the page for this script. */

import type { Limits } from "./cart.ts";

const { cartUrl, visitorUrl, maxLines, maxQuantity } = document.body.dataset;

export const CART_URL = cartUrl ?? "/cart";
export const VISITOR_URL = visitorUrl ?? "/visitor";
export const LIMITS: Limits = { lines: Number(maxLines), quantity: Number(maxQuantity) };
