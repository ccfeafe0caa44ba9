/** A value made of the values of stores, when it is asked for. */

import type { ReadableStore } from "./types.ts";

/** A reading that is under way: each computed store in it looks once at what it is made of. */
let reading: object | undefined;

/** Calls `make` only where one of the values is another than at the last call. */
export function compute<T>(
  stores: readonly ReadableStore<unknown>[],
  make: (...values: readonly unknown[]) => T,
): () => T {
  let lastReading: object | undefined;
  let values: unknown[] | undefined;
  let output: T;

  return () => {
    const outer = reading;
    if (outer && outer === lastReading) return output;
    reading ??= {};
    try {
      const now = stores.map((store) => store.get());
      if (!values || differ(now, values)) {
        output = make(...now);
        values = now;
      }
      lastReading = reading;
      return output;
    } finally {
      reading = outer;
    }
  };
}

export const differ = (now: readonly unknown[], last: readonly unknown[]): boolean =>
  now.some((value, index) => !Object.is(value, last[index]));
