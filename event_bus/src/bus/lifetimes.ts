/** What lives as long as a bus, or until it is ended: subscriptions, requests, callbacks. */

import { guard } from "./report.ts";

export interface Lifetimes {
  /** Returns what ends it, which the signal and `end` do too; `close` is called once. */
  open(close: (reason?: unknown) => void, owner?: string, signal?: AbortSignal): () => void;
  /** How many each owner has. */
  count(): ReadonlyMap<string, number>;
  /** Ends them all, for this reason. */
  end(reason: unknown): void;
}

interface Life {
  readonly owner: string | undefined;
  off(reason?: unknown): void;
}

export function createLifetimes(): Lifetimes {
  // By number: a function as a key would need a hash of its own, which costs time and memory.
  const live = new Map<number, Life>();
  let last = 0;
  return {
    open(close, owner, signal) {
      const key = last++;
      const off = (reason?: unknown): void => {
        if (!live.delete(key)) return;
        signal?.removeEventListener("abort", off);
        close(signal?.aborted ? signal.reason : reason);
      };
      live.set(key, { owner, off });
      signal?.addEventListener("abort", off);
      if (signal?.aborted) off();
      return off;
    },
    count() {
      const counts = new Map<string, number>();
      for (const { owner } of live.values()) {
        if (owner) counts.set(owner, (counts.get(owner) ?? 0) + 1);
      }
      return counts;
    },
    end: (reason) => live.forEach(({ off }) => guard(() => off(reason))),
  };
}
