/** The reading part of every store: the same for what is shared and for what is computed. */

import type { Bus } from "../bus/types.ts";
import type { Audience } from "./audience.ts";
import { tell } from "./tell.ts";
import type { ReadableStore, Stores } from "./types.ts";

export interface Readables {
  /** A frozen store that reads by `get`, with `more` in it. */
  create<T, M extends object>(get: () => T, audience: Audience, more?: M): ReadableStore<T> & M;
  readonly onMount: Stores["onMount"];
  /**
   * Calls `call` whenever a listener of the store might hear something. Not by `listen`: a value
   * that has come back is none to that one, and may be one to somebody who came in between.
   */
  watch(store: ReadableStore<unknown>, call: () => void): () => void;
}

const audienceOf = new WeakMap<object, Audience>();
const NOTHING = {};

/** `ending` returns what calls the given function once; the end of the stores calls it too. */
export function createReadables(bus: Bus, ending: (end: () => void) => () => void): Readables {
  return {
    create<T, M extends object>(get: () => T, audience: Audience, more?: M) {
      function listen(listener: (value: T) => void, last: unknown): () => void {
        // The value as it is now: then no listener hears an older one after a newer, and who comes
        // while others are called hears it once.
        const hear = (): void =>
          tell(bus, () => {
            const value = get();
            if (Object.is(value, last)) return;
            last = value;
            listener(value);
          });
        const off = ending(audience.add(hear));
        if (last === NOTHING) hear();
        return off;
      }
      const store = Object.freeze({
        get,
        subscribe(listener: (value: T) => void) {
          // Throws here, to the caller, where it may not be read.
          get();
          return listen(listener, NOTHING);
        },
        listen: (listener: (value: T) => void) => listen(listener, get()),
        ...more,
      }) as ReadableStore<T> & M;
      audienceOf.set(store, audience);
      return store;
    },
    onMount: (store, start) => ending((audienceOf.get(store) as Audience).onMount(start)),
    watch: (store, call) => ending((audienceOf.get(store) as Audience).add(call)),
  };
}
