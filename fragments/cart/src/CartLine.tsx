/** One product in the cart: a form that works by itself and is answered here once hydrated. */
import type { FormEvent } from "react";
import { type CartItem, MAX_PIECES_PER_LINE } from "./items.ts";
import { formatPrice } from "./money.ts";
import type { Locale, Texts } from "./texts.ts";
import styles from "./cart.module.css";

export interface CartLineProps {
  readonly item: CartItem;
  readonly currency: string;
  readonly locale: Locale;
  readonly texts: Texts;
  /** Where the form is posted without JavaScript. */
  readonly action: string;
  readonly onSetQuantity: (item: CartItem, quantity: number) => void;
}

export function CartLine({
  item,
  currency,
  locale,
  texts,
  action,
  onSetQuantity,
}: CartLineProps) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    if (!(submitter instanceof HTMLButtonElement)) return;
    // A form's quantity is a difference.
    onSetQuantity(item, item.quantity + Number(submitter.value));
  };
  return (
    <li className={styles.line}>
      <form className={styles.form} method="post" action={action} onSubmit={submit}>
        <input type="hidden" name="id" value={item.id} />
        <div className={styles.product}>
          <span className={styles.name}>{item.name}</span>
          <span className={styles.unit}>
            {texts.each(formatPrice(item.priceCents, currency, locale))}
          </span>
        </div>
        <div className={styles.stepper} role="group" aria-label={texts.quantityOf(item.name)}>
          <button
            className={styles.step}
            name="quantity"
            value="-1"
            aria-label={texts.less(item.name)}
          >
            <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 8h10" />
            </svg>
          </button>
          <span className={styles.quantity}>{item.quantity}</span>
          <button
            className={styles.step}
            name="quantity"
            value="1"
            aria-label={texts.more(item.name)}
            disabled={item.quantity >= MAX_PIECES_PER_LINE}
          >
            <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 8h10M8 3v10" />
            </svg>
          </button>
        </div>
        <span className={styles.price}>
          {formatPrice(item.priceCents * item.quantity, currency, locale)}
        </span>
        <button
          className={styles.remove}
          name="quantity"
          value={-item.quantity}
          aria-label={texts.remove(item.name)}
        >
          <svg className={styles.icon} viewBox="0 0 16 16" aria-hidden="true">
            <path d="M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 6.8v4M9.3 6.8v4" />
          </svg>
        </button>
      </form>
    </li>
  );
}
