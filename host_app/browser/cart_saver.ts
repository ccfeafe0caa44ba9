/** Sends the cart to the host: soon after the last change, one request at a time, last one wins. */

export interface CartSaver {
  /** Takes over the cart that is to be saved. */
  save(cart: unknown): void;
  /** Sends at once what waits; resolves when everything is sent. */
  flush(): Promise<void>;
  /** Whether something waits or is on its way. */
  isBusy(): boolean;
}

export interface SaverOptions {
  delayMs: number;
  /** Sends one cart; rejects where the host did not take it. */
  send(cart: unknown): Promise<void>;
  onError(error: unknown): void;
}

export function createCartSaver({ delayMs, send, onError }: SaverOptions): CartSaver {
  let waiting: { cart: unknown } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | undefined;

  // Never two requests at once: their answers set the same cookie, and the older could come last.
  async function drain(): Promise<void> {
    while (waiting) {
      const { cart } = waiting;
      waiting = undefined;
      try {
        await send(cart);
      } catch (error) {
        onError(error);
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    sending ??= drain().finally(() => {
      sending = undefined;
    });
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
