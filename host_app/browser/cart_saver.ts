/** Sends the cart to the host: soon after the last change, one request at a time, last one wins. */

export interface CartSaver<T> {
  /** Takes over the cart that is to be saved. */
  save(cart: T): void;
  /** Sends at once what waits; resolves when everything is sent. */
  flush(): Promise<void>;
  /** Whether something waits or is on its way. */
  isBusy(): boolean;
}

export interface SaverOptions<T> {
  delayMs: number;
  /** Sends one cart and resolves to what the host keeps; rejects where it did not take it. */
  send(cart: T): Promise<T>;
  /** Told what the host keeps, unless a later cart waits. */
  onSaved(kept: T): void;
  onError(error: unknown): void;
}

export function createCartSaver<T>(options: SaverOptions<T>): CartSaver<T> {
  const { delayMs, send, onSaved, onError } = options;
  let waiting: { cart: T } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;

  // Never two requests at once: their answers set the same cookie, and the older could come last.
  async function drain(): Promise<void> {
    let kept: { cart: T } | undefined;
    while (waiting) {
      const { cart } = waiting;
      waiting = undefined;
      try {
        kept = { cart: await send(cart) };
      } catch (error) {
        kept = undefined;
        onError(error);
      }
    }
    sending = undefined;
    if (kept) onSaved(kept.cart);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    if (!waiting) return sending ?? Promise.resolve();
    sending ??= drain();
    return sending;
  }

  return {
    save(cart) {
      waiting = { cart };
      clearTimeout(timer);
      timer = setTimeout(() => void flush(), delayMs);
    },
    flush,
    isBusy: () => waiting !== undefined || sending !== undefined,
  };
}
