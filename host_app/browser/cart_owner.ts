/** Owns the page's cart: changes it on command, keeps it on the host, tells what happened. */

import type { Atom } from "../../event_bus/src/index.ts";
import { CartFullError, withAdded, withQuantity } from "./cart.ts";
import { createCartSaver } from "./cart_saver.ts";
import type { CartSaver } from "./cart_saver.ts";
import type { Cart, CartItem } from "./contracts.ts";
import { forget, recall, remember } from "./last_change.ts";
import { CART_URL, LIMITS } from "./page.ts";
import type { ShopHandle } from "./shop_bus.ts";
import { putCart, RefusedError } from "./server.ts";

const SAVE_DELAY_MS = 150;

export interface OwnedCart {
  readonly cart: Atom<Cart>;
  readonly saver: CartSaver<Cart>;
  /** The host may have written this page before it had the last change. */
  readonly mayBeOld: boolean;
}

/** What the owner says to people, in their language. */
export interface OwnerWords {
  full(lines: number): string;
}

/** `onUnsaved` is told why the host did not take the cart. */
export function ownCart(
  shop: ShopHandle,
  words: OwnerWords,
  onUnsaved: (error: unknown) => void,
): OwnedCart {
  const cart = shop.atom<Cart>("shop:cart", { items: [] });
  let leaving = false;

  /** Takes over what the host keeps, which has the last word on prices and between tabs. */
  function adopt(kept: Cart): void {
    if (!saver.isBusy() && !isSame(kept, cart.get())) cart.set(kept);
  }

  const saver = createCartSaver<Cart>({
    delayMs: SAVE_DELAY_MS,
    send: (unsaved) => putCart(CART_URL, unsaved, leaving),
    onSaved(kept) {
      remember(kept, true);
      adopt(kept);
      shop.publish("cart:saved", kept);
    },
    onError(error) {
      // What the host refuses it will refuse again; what did not reach it may do so later.
      if (error instanceof RefusedError) forget();
      onUnsaved(error);
    },
  });

  function change(next: (now: Cart) => Cart): void {
    const changed = next(cart.get());
    cart.set(changed);
    remember(changed, false);
    saver.save(changed);
  }

  shop.respond("cart:add", (item: CartItem) => {
    try {
      change((now) => withAdded(now, item, LIMITS));
    } catch (error) {
      // A refusal in words for people has no code of the bus's; the fragments show these.
      throw error instanceof CartFullError ? new Error(words.full(LIMITS.lines)) : error;
    }
    shop.publish("cart:item-added", item);
  });
  shop.respond("cart:set-quantity", ({ id, quantity }: { id: string; quantity: number }) =>
    change((now) => withQuantity(now, id, quantity, LIMITS)),
  );
  shop.subscribe("cart:saved", ({ payload }) => adopt(payload));

  const last = recall();
  if (last && !last.isSaved) {
    try {
      change(() => last.cart);
    } catch {
      // It is none of ours: the host's cart stands.
      forget();
    }
  }
  window.addEventListener("pagehide", () => {
    leaving = true;
    void saver.flush();
  });
  // It may come back out of the browser's cache of pages.
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  return { cart, saver, mayBeOld: last?.isSaved === true };
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
