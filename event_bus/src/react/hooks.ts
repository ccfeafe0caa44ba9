/** The hooks: each takes the bus of the nearest provider, and does nothing where there is none. */

import { useCallback, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { FragmentHandle, MessageOf } from "../bridge/types.ts";
import type { Bus, Handler } from "../bus/types.ts";
import type { Message, MessageBase } from "../envelope/types.ts";
import { listen, publishOn } from "../adapter/any-bus.ts";
import type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
import type { ReadableStore } from "../stores/types.ts";
import { BusContext } from "./context.ts";

/**
 * The bus that is provided: a fragment's handle, or a host's bus (`useBus<Bus>()`). Undefined on
 * the server and in a page without a bus, so that a component renders there as well:
 * `bus?.publish(…)`.
 */
export function useBus<B extends AnyBus = FragmentHandle>(): B | undefined {
  return useContext(BusContext) as B | undefined;
}

/**
 * Calls `handler` with each message of a name or pattern, from when the component is mounted until
 * it is unmounted. It is always the handler of the last rendering that is called; a new one does
 * not subscribe anew. A refusal by the registry is thrown to the nearest error boundary.
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
  const provided = useContext(BusContext);
  const { bus = provided, once, replay, signal, subscriberId } = options;
  const latest = useRef(handler);
  // Before the effect that subscribes: a retained message may come at once.
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () =>
      listen(bus, messageName, (message) => latest.current(message), {
        once,
        replay,
        signal,
        subscriberId,
      }),
    [bus, messageName, once, replay, signal, subscriberId],
  );
}

/** A function that publishes, the same one as long as the bus is the same. */
export function usePublish(bus?: AnyBus): Publish {
  const provided = useContext(BusContext);
  const used = bus ?? provided;
  return useMemo(() => publishOn(used), [used]);
}

/**
 * The value of a store; the component renders anew when it changes. `serverValue` is what the
 * server renders where it has no store, and what the browser hydrates with before it takes the
 * value of the store. Keep the store between renderings (`useMemo`), or take `useStoreValue`.
 */
export function useStore<T>(store: ReadableStore<T>, serverValue?: T): T;
export function useStore<T>(store: ReadableStore<T> | undefined, serverValue: T): T;
export function useStore<T>(store: ReadableStore<T> | undefined, serverValue?: T): T {
  const subscribe = useCallback(
    (changed: () => void) => store?.listen(changed) ?? (() => {}),
    [store],
  );
  const current = (): T => (store ? store.get() : (serverValue as T));
  const onServer = (): T => (serverValue === undefined ? current() : serverValue);
  return useSyncExternalStore(subscribe, current, onServer);
}

/**
 * The value that fragments share under a state key; `initial` until somebody has set one, on the
 * server, and while hydrating. To set it: `bus.atom(key).set(value)`.
 */
export function useStoreValue<T>(key: string, initial: T, bus?: FragmentHandle<any>): T {
  const provided = useContext(BusContext);
  const used = bus ?? provided;
  // Only its first value counts, as with useState.
  const first = useRef(initial).current;
  const store = useMemo(
    () => (used && "atom" in used ? used.atom<T>(key, first) : undefined),
    [used, key, first],
  );
  return useStore(store, first);
}
