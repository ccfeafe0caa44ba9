/** The content of a cart and the changes that it can go through, without any user interface. */

/** One line of the cart; `priceCents` is the price of one piece, in hundredths of the currency. */
export interface CartItem {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  readonly quantity: number;
}

/** `quantity` of "adjust" is a difference; "add" merges with a line of the same id. */
export type CartChange =
  | { readonly type: "add"; readonly item: CartItem }
  | { readonly type: "adjust"; readonly id: string; readonly quantity: number };

/** What the cart holds, and the last change in words (for a live region). */
export interface CartState {
  readonly items: readonly CartItem[];
  readonly announcement: string;
}

/** Pieces of one product that a cart takes at most. */
export const MAX_PIECES_PER_LINE = 99;

/** The state after a change; the very same object if the change changes nothing. */
export function applyChange(state: CartState, change: CartChange): CartState {
  const id = change.type === "add" ? change.item.id : change.id;
  const line = state.items.find((item) => item.id === id);
  const known = change.type === "add" ? change.item : line;
  if (!known) return state;

  const before = line?.quantity ?? 0;
  const wanted = before + (change.type === "add" ? change.item.quantity : change.quantity);
  const quantity = Math.min(Math.max(wanted, 0), MAX_PIECES_PER_LINE);
  if (quantity === before) return state;
  if (quantity === 0) {
    return {
      items: state.items.filter((item) => item.id !== id),
      announcement: `${known.name} removed from the cart.`,
    };
  }
  const next = { ...pick(known), quantity };
  return {
    items: line
      ? state.items.map((item) => (item === line ? next : item))
      : [...state.items, next],
    announcement: `${known.name}: ${quantity} in the cart.`,
  };
}

/** How many pieces the cart holds. */
export function countPieces(items: readonly CartItem[]): number {
  return items.reduce((sum, item) => sum + item.quantity, 0);
}

/** What all pieces cost together, in hundredths of the currency. */
export function totalCents(items: readonly CartItem[]): number {
  return items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
}

/** Whether a message's payload can be put into the cart; other teams send these messages. */
export function isCartItem(value: unknown): value is CartItem {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, priceCents, quantity } = value as Record<string, unknown>;
  return (
    typeof id === "string" &&
    id !== "" &&
    typeof name === "string" &&
    isWhole(priceCents) &&
    priceCents >= 0 &&
    isWhole(quantity) &&
    quantity > 0
  );
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Drops keys that a message carries beyond ours, because the cart is published and saved. */
function pick({ id, name, priceCents, quantity }: CartItem): CartItem {
  return { id, name, priceCents, quantity };
}
