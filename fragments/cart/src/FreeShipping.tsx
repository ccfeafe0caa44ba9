/** How far the cart is from free shipping, in words and as a bar. */
import { useId } from "react";
import styles from "./cart.module.css";

export interface FreeShippingProps {
  readonly note: string;
  /** Both in hundredths of the currency. */
  readonly total: number;
  readonly threshold: number;
}

export function FreeShipping({ note, total, threshold }: FreeShippingProps) {
  const id = useId();
  return (
    <div className={styles.shipping}>
      <label className={styles.note} htmlFor={id}>
        {note}
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
