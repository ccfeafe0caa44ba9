/** The content of a cart and the changes that it can go through, without any user interface. */

/** One line of the cart; `priceCents` is the price of one piece, in hundredths of the currency. */
export interface CartItem {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  readonly quantity: number;
}

export type Items = readonly CartItem[];

/** "add" merges with a line of the same id; "set" gives a line its quantity, 0 removes it. */
export type CartChange =
  | { readonly type: "add"; readonly item: CartItem }
  | { readonly type: "set"; readonly id: string; readonly quantity: number };

/** Pieces of one product that a cart takes at most. */
export const MAX_PIECES_PER_LINE = 99;

/** The items after a change; the very same list if the change changes nothing. */
export function applyChange(items: Items, change: CartChange): Items {
  const id = change.type === "add" ? change.item.id : change.id;
  const line = items.find((item) => item.id === id);
  const known = change.type === "add" ? change.item : line;
  if (!known) return items;

  const before = line?.quantity ?? 0;
  const wanted = change.type === "add" ? before + change.item.quantity : change.quantity;
  const quantity = Math.min(Math.max(wanted, 0), MAX_PIECES_PER_LINE);
  if (quantity === before) return items;
  if (quantity === 0) return items.filter((item) => item !== line);
  const next = { ...known, quantity };
  return line ? items.map((item) => (item === line ? next : item)) : [...items, next];
}

/** The line that differs between two states of a cart, the last one of several; gone: 0 pieces. */
export function changedLine(
  before: Items,
  after: Items,
): { readonly name: string; readonly quantity: number } | undefined {
  const gone = before.findLast(({ id }) => after.every((item) => item.id !== id));
  const changed = after.findLast(
    ({ id, quantity }) => before.find((item) => item.id === id)?.quantity !== quantity,
  );
  return changed ?? (gone && { name: gone.name, quantity: 0 });
}

/** How many pieces the cart holds. */
export function countPieces(items: Items): number {
  return items.reduce((sum, item) => sum + item.quantity, 0);
}

/** What all pieces cost together, in hundredths of the currency. */
export function totalCents(items: Items): number {
  return items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
}
