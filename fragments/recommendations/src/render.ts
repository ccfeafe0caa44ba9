/** Writes the fragment's HTML; the very same text on the server and in the browser. */
import { escapeHtml, escapeUrl } from "./html.ts";
import { formatPrice } from "./money.ts";
import type { Product, RecommendationsProps } from "./props.ts";
import { type Locale, localeOf, type Texts, TEXTS } from "./texts.ts";

export function render({
  heading,
  currency = "EUR",
  products = [],
  cartUrl = "/cart",
  locale: asked,
}: RecommendationsProps): string {
  const locale = localeOf(asked);
  const texts = TEXTS[locale];
  const given = typeof heading === "string" ? heading : heading?.[locale];
  const title = escapeHtml(given ?? texts.heading);
  const cards = products
    .map((product) => card(product, currency, cartUrl, locale, texts))
    .join("");
  const content = cards
    ? `<ul class="recs-list">${cards}</ul>`
    : `<p class="recs-empty">${escapeHtml(texts.empty)}</p>`;
  return (
    `<section class="recs-root" aria-label="${title}" lang="${locale}">` +
    `<header class="recs-header"><h2 class="recs-heading">${title}</h2>` +
    `<div class="recs-nav" hidden>` +
    arrow("previous", texts.previous, "M10 3 5 8l5 5") +
    arrow("next", texts.next, "m6 3 5 5-5 5") +
    `</div></header>${content}` +
    `<p class="recs-hidden" role="status" aria-live="polite"></p></section>`
  );
}

function card(
  product: Product,
  currency: string,
  cartUrl: string,
  locale: Locale,
  texts: Texts,
): string {
  const id = escapeHtml(product.id);
  const price = formatPrice(product.priceCents, currency, locale);
  const label = escapeHtml(texts.addToCart(product.name));
  return (
    `<li class="recs-card">` +
    `<div class="recs-picture" aria-hidden="true">${product.picture ?? ""}</div>` +
    `<a class="recs-name" href="${escapeUrl(product.url)}">${escapeHtml(product.name)}</a>` +
    `<span class="recs-price">${escapeHtml(price)}</span>` +
    `<form class="recs-form" method="post" action="${escapeUrl(`${cartUrl}/items`)}">` +
    `<input type="hidden" name="id" value="${id}"><input type="hidden" name="quantity" value="1">` +
    `<button class="recs-add" aria-label="${label}">${escapeHtml(texts.add)}</button></form></li>`
  );
}

function arrow(direction: "previous" | "next", label: string, path: string): string {
  return (
    `<button class="recs-arrow" type="button" data-direction="${direction}"` +
    ` aria-label="${escapeHtml(label)}">` +
    `<svg class="recs-icon" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>` +
    `</button>`
  );
}
