/** What outlives a call, and what is moved instead of copied. */

const endings = new WeakMap<object, (() => void)[]>();
const moves = new WeakMap<object, Transferable[]>();

/**
 * Moves `transferables` with `value`, an argument or a result: an ArrayBuffer then has length 0
 * here. Returns the value.
 */
export function transfer<T extends object>(value: T, transferables: Transferable[]): T {
  moves.set(value, transferables);
  return value;
}

export const movedWith = (value: unknown): Transferable[] => moves.get(value as object) ?? [];

/** Lets the far side call a function that it gets as an argument until either side releases it. */
export function keep<T extends object>(callback: T): T {
  endings.set(callback, endings.get(callback) ?? []);
  return callback;
}

/** Ends the calls of a function that was sent and kept, or received. */
export function release(callback: object): void {
  endings.get(callback)?.forEach((end) => end());
  endings.delete(callback);
}

/** What happens then; undefined where nobody keeps it. */
export const endingsOf = (callback: object): (() => void)[] | undefined => endings.get(callback);
