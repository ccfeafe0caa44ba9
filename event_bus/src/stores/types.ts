/** Stores: values that fragments share, whichever bundle they come from. */

/** The part of a store that reads. Svelte takes it as it is: `subscribe` calls at once. */
export interface ReadableStore<T> {
  get(): T;
  /** Calls `listener` now and after each change; the answer ends it. */
  subscribe(listener: (value: T) => void): () => void;
  /** Calls `listener` after each change. */
  listen(listener: (value: T) => void): () => void;
}

export interface Atom<T> extends ReadableStore<T> {
  /** The key under which the value is shared. */
  readonly key: string;
  /**
   * Undefined removes the value; `get` then says the initial one again. Throws BusPolicyError or
   * BusValidationError where the bus refuses the change.
   */
  set(value: T): void;
  update(change: (value: T) => T): void;
}

export interface MapStore<T extends object> extends Atom<T> {
  /** Undefined removes the key. */
  setKey<K extends keyof T>(key: K, value: T[K] | undefined): void;
  /** `path` is dotted; list elements by index: `lines.0.quantity`. Own properties only. */
  getPath(path: string): unknown;
  /** Undefined removes; what is missing on the way becomes an object. */
  setPath(path: string, value: unknown): void;
  /** Calls `listener` when one of the keys or paths has changed. */
  listenKeys(paths: readonly string[], listener: (value: T) => void): () => void;
}

export interface Stores {
  /** The store of a key; the same value for everybody who asks for that key. */
  atom<T>(key: string): Atom<T | undefined>;
  /** `initial` is what `get` says as long as nobody has set a value; it is not shared. */
  atom<T>(key: string, initial: T): Atom<T>;
  map<T extends object>(key: string, initial?: T): MapStore<T>;
  /** A value made of others; made anew only when one of them has changed. */
  computed<S extends readonly ReadableStore<unknown>[], T>(
    stores: readonly [...S],
    make: (...values: { [I in keyof S]: S[I] extends ReadableStore<infer V> ? V : never }) => T,
  ): ReadableStore<T>;
  /**
   * Changes in `change` are published once a store, at its end; none where it throws. Listeners
   * hear of them when all are published. The first refusal is thrown and ends the publishing.
   */
  batch<R>(change: () => R): R;
  /**
   * Calls `start` with the store's first listener, whichever fragment's, and what it returns after
   * the last one has gone for longer than a microtask.
   */
  onMount(store: ReadableStore<unknown>, start: () => void | (() => void)): () => void;
}
