/**
 * The bus in Svelte 5. Stores need no adapter: `const cart = bus.map("cart")`, then `$cart`.
 */

import { getContext, hasContext, onMount, setContext } from "svelte";
import { BUS_KEY, listen } from "../adapter/any-bus.ts";
import type { AnyBus, ListenOptions } from "../adapter/any-bus.ts";
import type { FragmentHandle, MessageOf } from "../bridge/types.ts";
import type { Bus, Handler } from "../bus/types.ts";
import type { Message, MessageBase } from "../envelope/types.ts";

export type { AnyBus, ListenOptions };

/** Provides the bus to this component and those within; undefined, where there is none. */
export function setBus<B extends AnyBus>(bus: B | undefined): B | undefined {
  return setContext(BUS_KEY, bus);
}

/**
 * The bus that is provided: a fragment's handle, or a host's bus (`getBus<Bus>()`). Undefined on
 * the server and in a page without a bus, so that a component renders there as well.
 */
export function getBus<B extends AnyBus = FragmentHandle>(): B | undefined {
  return hasContext(BUS_KEY) ? getContext<B | undefined>(BUS_KEY) : undefined;
}

/**
 * Calls `handler` with each message of a name or pattern, from when the component is mounted until
 * it is destroyed. Call it while the component initializes. Without a bus it does nothing.
 */
export function useSubscribe<P extends object, N extends string & keyof P>(
  messageName: N,
  handler: Handler<MessageOf<P[N]>>,
  options: ListenOptions<FragmentHandle<P>> & { readonly bus: FragmentHandle<P> | undefined },
): void;
export function useSubscribe<M extends MessageBase = Message>(
  messageName: string,
  handler: Handler<M>,
  options?: ListenOptions<Bus>,
): void;
export function useSubscribe(
  messageName: string,
  handler: Handler<never>,
  options: ListenOptions = {},
): void {
  const bus = options.bus ?? getBus<AnyBus>();
  onMount(() => listen(bus, messageName, handler, options));
}
