/** Lets the far side of a port call an object's functions. */

import { channelOf } from "./channel.ts";
import type { Endpoint, RpcOptions } from "./types.ts";

/**
 * Only own enumerable functions of the object, and of own enumerable objects in it, can be called.
 * An endpoint exposes one object, the last one. Returns what ends it.
 */
export function expose(api: object, endpoint: Endpoint, options: RpcOptions = {}): () => void {
  const channel = channelOf(endpoint);
  channel.api = api;
  channel.timeoutMs = options.timeoutMs;
  return () => {
    if (channel.api === api) channel.api = undefined;
  };
}
