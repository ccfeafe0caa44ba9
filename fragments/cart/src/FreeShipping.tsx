/** How far the cart is from free shipping, in words and as a bar. */
import { useId } from "react";
import { formatPrice } from "./money.ts";
import styles from "./cart.module.css";

export interface FreeShippingProps {
  /** Both in hundredths of the currency. */
  readonly total: number;
  readonly threshold: number;
  readonly currency: string;
}

export function FreeShipping({ total, threshold, currency }: FreeShippingProps) {
  const id = useId();
  const missing = threshold - total;
  return (
    <div className={styles.shipping}>
      <label className={styles.note} htmlFor={id}>
        {missing > 0
          ? `${formatPrice(missing, currency)} more for free shipping`
          : "Shipping is free"}
      </label>
      <progress
        className={styles.progress}
        id={id}
        max={threshold}
        value={Math.min(total, threshold)}
      />
    </div>
  );
}
