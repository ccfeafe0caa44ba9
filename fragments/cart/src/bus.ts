/** The part of the page's bus that this fragment uses. The host gives it; some have none. */

export type Answer =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly errorCode: string; readonly message: string };

/** A value that the page's fragments share; undefined as long as nobody has set it. */
export interface Shared<T> {
  get(): T | undefined;
  /** Calls `listener` after each change; the answer ends it. */
  listen(listener: () => void): () => void;
}

export interface Bus {
  atom<T>(key: string): Shared<T>;
  /** Asks for a change; resolves to whether it was made. */
  command(messageName: string, payload: object): Promise<Answer>;
  /** Asks for an answer; rejects where none comes in time. */
  request(
    messageName: string,
    payload: object,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<unknown>;
  /** Messages that the host retains come at once; the answer ends it. */
  subscribe(messageName: string, handler: () => void): () => void;
}

const NOTHING: Shared<never> = { get: () => undefined, listen: () => () => undefined };

/** The shared value of `key`; never set where there is no bus, or where the host refuses it. */
export function shared<T>(bus: Bus | undefined, key: string): Shared<T> {
  if (!bus) return NOTHING;
  try {
    const found = bus.atom<T>(key);
    found.get();
    return found;
  } catch {
    return NOTHING;
  }
}
