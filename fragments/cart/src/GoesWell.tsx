/** One product that goes well with what is in the cart, and the button that adds it. */
import { formatPrice } from "./money.ts";
import type { Locale, Texts } from "./texts.ts";
import type { Suggestion } from "./use-suggestion.ts";
import styles from "./cart.module.css";

export interface GoesWellProps {
  readonly product: Suggestion["product"];
  /** Name of the item that it goes well with. */
  readonly itemName: string;
  readonly currency: string;
  readonly locale: Locale;
  readonly texts: Texts;
  readonly onAdd: () => void;
}

export function GoesWell({ product, itemName, currency, locale, texts, onAdd }: GoesWellProps) {
  return (
    <div className={styles.goesWell}>
      <p className={styles.note}>{texts.goesWellWith(itemName)}</p>
      <div className={styles.goesWellRow}>
        <div className={styles.product}>
          <a className={styles.link} href={product.url}>
            {product.name}
          </a>
          <span className={styles.unit}>{formatPrice(product.priceCents, currency, locale)}</span>
        </div>
        <button
          className={styles.add}
          type="button"
          aria-label={texts.addToCart(product.name)}
          onClick={onAdd}
        >
          {texts.add}
        </button>
      </div>
    </div>
  );
}
