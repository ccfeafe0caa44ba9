/** What ends with a bus or a signal, if it is not ended before: requests, streams, callbacks. */

import { guard } from "./report.ts";

export interface Lifetimes {
  /** Returns what ends it, which the signal and `end` do too; `close` is called once. */
  open(close: (reason?: unknown) => void, signal?: AbortSignal): () => void;
  /** Ends them all, for this reason. */
  end(reason: unknown): void;
}

export function createLifetimes(): Lifetimes {
  // By number: a function as a key would need a hash of its own, which costs time and memory.
  const live = new Map<number, (reason?: unknown) => void>();
  let last = 0;
  return {
    open(close, signal) {
      const key = last++;
      const off = (reason?: unknown): void => {
        if (!live.delete(key)) return;
        close(reason);
        if (onAbort) signal?.removeEventListener("abort", onAbort);
      };
      // The signal comes first, because one that is a stranger's may throw.
      const onAbort = signal && (() => off(signal.reason));
      const aborted = signal?.aborted;
      if (onAbort) signal.addEventListener("abort", onAbort);
      live.set(key, off);
      if (aborted) off(signal?.reason);
      return off;
    },
    end: (reason) => live.forEach((off) => guard(() => off(reason))),
  };
}
