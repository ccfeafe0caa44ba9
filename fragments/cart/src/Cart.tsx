/** The shopping cart: what is in it, what it costs, and the way to change it. */
import { useEffect, useId, useReducer, useRef } from "react";
import { listen, publish } from "./bus.ts";
import { CartLine } from "./CartLine.tsx";
import { FreeShipping } from "./FreeShipping.tsx";
import { applyChange, type CartItem, countPieces, isCartItem, totalCents } from "./items.ts";
import { formatPrice } from "./money.ts";
import styles from "./cart.module.css";

/** What the host gives; every one has a default, so that an empty preview shows something. */
export interface CartProps {
  readonly items?: readonly CartItem[];
  /** ISO 4217 code. */
  readonly currency?: string;
  /** Where changes are posted without JavaScript: `{cartUrl}/items`. */
  readonly cartUrl?: string;
  /** From this total on shipping is free, in hundredths of the currency. */
  readonly freeShippingCents?: number;
}

export function Cart({
  items: initial = [],
  currency = "EUR",
  cartUrl = "/cart",
  freeShippingCents = 5000,
}: CartProps) {
  const [{ items, announcement }, change] = useReducer(applyChange, {
    items: initial,
    announcement: "",
  });
  const heading = useRef<HTMLHeadingElement>(null);
  const headingId = useId();

  useEffect(
    () =>
      listen("cart:item-added", (payload) => {
        if (isCartItem(payload)) change({ type: "add", item: payload });
      }),
    [],
  );
  usePublishedChanges(items);

  const count = countPieces(items);
  const total = totalCents(items);
  const adjust = (item: CartItem, quantity: number): void => {
    // The buttons of a removed line are gone: keep the keyboard's place in the cart.
    if (item.quantity + quantity <= 0) heading.current?.focus();
    change({ type: "adjust", id: item.id, quantity });
  };

  return (
    <section className={styles.root} aria-labelledby={headingId}>
      <header className={styles.header}>
        <h2 className={styles.heading} id={headingId} ref={heading} tabIndex={-1}>
          Your cart
        </h2>
        {count > 0 && (
          // The key starts the animation anew for each count.
          <span key={count} className={announcement ? styles.countChanged : styles.count}>
            {`${count} ${count === 1 ? "item" : "items"}`}
          </span>
        )}
      </header>
      <p className={styles.hidden} role="status" aria-live="polite">
        {announcement}
      </p>
      {count === 0 ? (
        <EmptyCart />
      ) : (
        <>
          <ul className={styles.lines}>
            {items.map((item) => (
              <CartLine
                key={item.id}
                item={item}
                currency={currency}
                action={`${cartUrl}/items`}
                onAdjust={adjust}
              />
            ))}
          </ul>
          <footer className={styles.footer}>
            <FreeShipping total={total} threshold={freeShippingCents} currency={currency} />
            <p className={styles.subtotal}>
              <span>Subtotal</span>
              <strong className={styles.total}>{formatPrice(total, currency)}</strong>
            </p>
            <details className={styles.checkout}>
              <summary className={styles.checkoutButton}>Checkout</summary>
              <p className={styles.note}>This is a demo shop: nothing is ordered or charged.</p>
            </details>
          </footer>
        </>
      )}
    </section>
  );
}

/** Tells the page about every change after the first rendering. */
function usePublishedChanges(items: readonly CartItem[]): void {
  const known = useRef(items);
  useEffect(() => {
    if (known.current === items) return undefined;
    const stop = publish("cart:changed", {
      items,
      count: countPieces(items),
      totalCents: totalCents(items),
    });
    known.current = items;
    return stop;
  }, [items]);
}

function EmptyCart() {
  return (
    <div className={styles.empty}>
      <svg className={styles.emptyPicture} viewBox="0 0 48 48" aria-hidden="true">
        <path d="M9 17h30l-3 23H12zM17 22v-8a7 7 0 0 1 14 0v8" />
      </svg>
      <p className={styles.emptyTitle}>Your cart is empty</p>
      <p className={styles.note}>What you add shows up here at once.</p>
    </div>
  );
}
