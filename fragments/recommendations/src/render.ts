/** Writes the fragment's HTML; the very same text on the server and in the browser. */
import { escapeHtml, escapeUrl } from "./html.ts";
import { formatPrice } from "./money.ts";
import type { Product, RecommendationsProps } from "./props.ts";

export function render({
  heading = "You may also like",
  currency = "EUR",
  products = [],
  cartUrl = "/cart",
}: RecommendationsProps): string {
  const title = escapeHtml(heading);
  const cards = products.map((product) => card(product, currency, cartUrl)).join("");
  const content = cards
    ? `<ul class="recs-list">${cards}</ul>`
    : `<p class="recs-empty">Nothing to recommend right now.</p>`;
  return (
    `<section class="recs-root" aria-label="${title}">` +
    `<header class="recs-header"><h2 class="recs-heading">${title}</h2>` +
    `<div class="recs-nav" hidden>` +
    arrow("previous", "M10 3 5 8l5 5") +
    arrow("next", "m6 3 5 5-5 5") +
    `</div></header>${content}<p class="recs-hidden" role="status" aria-live="polite"></p></section>`
  );
}

function card(product: Product, currency: string, cartUrl: string): string {
  const name = escapeHtml(product.name);
  const id = escapeHtml(product.id);
  return (
    `<li class="recs-card">` +
    `<div class="recs-picture" aria-hidden="true">${product.picture ?? ""}</div>` +
    `<a class="recs-name" href="${escapeUrl(product.url)}">${name}</a>` +
    `<span class="recs-price">${escapeHtml(formatPrice(product.priceCents, currency))}</span>` +
    `<form class="recs-form" method="post" action="${escapeUrl(`${cartUrl}/items`)}">` +
    `<input type="hidden" name="id" value="${id}"><input type="hidden" name="quantity" value="1">` +
    `<button class="recs-add" aria-label="Add to cart: ${name}">Add to cart</button></form></li>`
  );
}

function arrow(direction: "previous" | "next", path: string): string {
  return (
    `<button class="recs-arrow" type="button" data-direction="${direction}"` +
    ` aria-label="Show ${direction} products">` +
    `<svg class="recs-icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>` +
    `</button>`
  );
}
