/** The part of the page's bus that this fragment uses. The host gives it; some have none. */

export type Answer =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly errorCode: string; readonly message: string };

export interface Bus {
  /** A value that the page's fragments share; undefined as long as nobody has set it. */
  atom<T>(key: string): {
    get(): T | undefined;
    /** Calls `listener` now and after each change; the answer ends it. */
    subscribe(listener: (value: T | undefined) => void): () => void;
  };
  /** Asks for a change; resolves to whether it was made. */
  command(
    messageName: string,
    payload: object,
    options: { readonly timeoutMs: number },
  ): Promise<Answer>;
  publish(messageName: string, payload: object): unknown;
  /** Answers a query: what `handler` returns is the answer; the result ends it. */
  respond(messageName: string, handler: (payload: never) => unknown): () => void;
}
