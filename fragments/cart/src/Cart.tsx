/** The shopping cart: what is in it, what it costs, and the way to change it. */
import { useId, useRef } from "react";
import type { Bus } from "./bus.ts";
import { CartFooter } from "./CartFooter.tsx";
import { CartLine } from "./CartLine.tsx";
import { GoesWell } from "./GoesWell.tsx";
import { type CartItem, countPieces, type Items, totalCents } from "./items.ts";
import { localeOf, type Texts, TEXTS } from "./texts.ts";
import { useCart } from "./use-cart.ts";
import { useShared } from "./use-shared.ts";
import { type Suggestion, useSuggestion } from "./use-suggestion.ts";
import styles from "./cart.module.css";

/** What the host gives; every one has a default, so that an empty preview shows something. */
export interface CartProps {
  readonly items?: Items;
  /** ISO 4217 code. */
  readonly currency?: string;
  /** Where changes are posted without JavaScript: `{cartUrl}/items`. */
  readonly cartUrl?: string;
  /** From this total on shipping is free, in hundredths of the currency. */
  readonly freeShippingCents?: number;
  /** "en" or "de". */
  readonly locale?: string;
  /** Our way to the page's bus; in the browser only. */
  readonly bus?: Bus | undefined;
}

export function Cart({
  items: initial = [],
  currency = "EUR",
  cartUrl = "/cart",
  freeShippingCents = 5000,
  locale: initialLocale = "en",
  bus,
}: CartProps) {
  const preferences = useShared<{ readonly locale?: string }>(bus, "shop:preferences");
  const locale = localeOf(preferences?.locale ?? initialLocale);
  const texts = TEXTS[locale];
  const { items, announcement, refusal, change } = useCart(bus, initial, texts);
  const suggestion = useSuggestion(bus, items);
  const heading = useRef<HTMLHeadingElement>(null);
  const headingId = useId();

  const count = countPieces(items);
  const setQuantity = (item: CartItem, quantity: number): void => {
    // The buttons of a removed line are gone: keep the keyboard's place in the cart.
    if (quantity <= 0) heading.current?.focus();
    change({ type: "set", id: item.id, quantity });
  };
  const addSuggestion = ({ id, name, priceCents }: Suggestion["product"]): void => {
    // This button goes as well.
    heading.current?.focus();
    change({ type: "add", item: { id, name, priceCents, quantity: 1 } });
  };
  const words = { currency, locale, texts };

  return (
    <section className={styles.root} aria-labelledby={headingId} lang={locale}>
      <header className={styles.header}>
        <h2 className={styles.heading} id={headingId} ref={heading} tabIndex={-1}>
          {texts.heading}
        </h2>
        {count > 0 && (
          // The key starts the animation anew for each count.
          <span key={count} className={announcement ? styles.countChanged : styles.count}>
            {texts.pieces(count)}
          </span>
        )}
      </header>
      <p className={styles.hidden} role="status" aria-live="polite">
        {announcement}
      </p>
      {refusal && (
        <p className={styles.refusal} role="alert">
          {refusal}
        </p>
      )}
      {count === 0 ? (
        <EmptyCart texts={texts} />
      ) : (
        <>
          <ul className={styles.lines}>
            {items.map((item) => (
              <CartLine
                key={item.id}
                {...words}
                item={item}
                action={`${cartUrl}/items`}
                onSetQuantity={setQuantity}
              />
            ))}
          </ul>
          {suggestion && (
            <GoesWell
              {...words}
              product={suggestion.product}
              itemName={items.find(({ id }) => id === suggestion.goesWithId)?.name ?? ""}
              onAdd={() => addSuggestion(suggestion.product)}
            />
          )}
          <CartFooter {...words} total={totalCents(items)} freeShippingCents={freeShippingCents} />
        </>
      )}
    </section>
  );
}

function EmptyCart({ texts }: { readonly texts: Texts }) {
  return (
    <div className={styles.empty}>
      <svg className={styles.emptyPicture} viewBox="0 0 48 48" aria-hidden="true">
        <path d="M9 17h30l-3 23H12zM17 22v-8a7 7 0 0 1 14 0v8" />
      </svg>
      <p className={styles.emptyTitle}>{texts.empty}</p>
      <p className={styles.note}>{texts.emptyHint}</p>
    </div>
  );
}
