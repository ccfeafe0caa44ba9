/** What the cart costs, how far it is from free shipping, and the way to the checkout. */
import { FreeShipping } from "./FreeShipping.tsx";
import { formatPrice } from "./money.ts";
import type { Locale, Texts } from "./texts.ts";
import styles from "./cart.module.css";

export interface CartFooterProps {
  /** Both in hundredths of the currency. */
  readonly total: number;
  readonly freeShippingCents: number;
  readonly currency: string;
  readonly locale: Locale;
  readonly texts: Texts;
}

export function CartFooter({
  total,
  freeShippingCents,
  currency,
  locale,
  texts,
}: CartFooterProps) {
  const price = (cents: number): string => formatPrice(cents, currency, locale);
  const missing = freeShippingCents - total;
  return (
    <footer className={styles.footer}>
      <FreeShipping
        note={missing > 0 ? texts.toFreeShipping(price(missing)) : texts.freeShipping}
        total={total}
        threshold={freeShippingCents}
      />
      <p className={styles.subtotal}>
        <span>{texts.subtotal}</span>
        <strong className={styles.total}>{price(total)}</strong>
      </p>
      <details className={styles.checkout}>
        <summary className={styles.checkoutButton}>{texts.checkout}</summary>
        <p className={styles.note}>{texts.noCheckout}</p>
      </details>
    </footer>
  );
}
