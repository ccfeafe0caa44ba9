/** Calls what the far side of a port exposes. */

import { channelOf } from "./channel.ts";
import type { Endpoint, Remote, WrapOptions } from "./types.ts";

/**
 * Functions among the arguments can be called by the far side until the call ends (`keep` for
 * longer); an AbortSignal among them gives up the call, and aborts at the far side. A call rejects
 * with what the far side threw, or with BusValidationError: `timeout`, `delivery` where the port is
 * closed, `validation` where an argument cannot be sent.
 */
export function wrap<T>(endpoint: Endpoint, options: WrapOptions = {}): Remote<T> {
  const { timeoutMs, signal } = options;
  const channel = channelOf(endpoint);
  signal?.addEventListener("abort", () => channel.giveUp(signal.reason, signal));

  const at = (path: string): object => {
    const children = new Map<unknown, object>();
    return new Proxy((...args: unknown[]) => channel.call(path, args, timeoutMs, signal), {
      get(_, key) {
        // A remote is no promise, though `await` asks.
        if (typeof key !== "string" || key === "then") return undefined;
        let child = children.get(key);
        if (!child) children.set(key, (child = at(path ? `${path}.${key}` : key)));
        return child;
      },
    });
  };
  return at("") as Remote<T>;
}
