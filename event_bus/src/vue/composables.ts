/** The composables: each takes the bus that is provided, and does nothing where there is none. */

import {
  getCurrentInstance,
  getCurrentScope,
  hasInjectionContext,
  inject,
  onMounted,
  onScopeDispose,
  shallowReadonly,
  shallowRef,
  toValue,
  watch,
} from "vue";
import type { MaybeRefOrGetter, ShallowRef } from "vue";
import { BUS_KEY, listen, publishOn } from "../adapter/any-bus.ts";
import type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
import type { FragmentHandle, MessageOf, MfeBridgeHandle } from "../bridge/types.ts";
import type { Bus, Handler } from "../bus/types.ts";
import type { Message, MessageBase } from "../envelope/types.ts";
import type { ReadableStore } from "../stores/types.ts";

/** Where the plugin provides the bridge. */
export const BRIDGE_KEY = "tiny-bridge";

/**
 * The bus that is provided: a fragment's handle, or a host's bus (`useBus<Bus>()`). Undefined on
 * the server and in a page without a bus, so that a component renders there as well.
 */
export function useBus<B extends AnyBus = FragmentHandle>(): B | undefined {
  return hasInjectionContext() ? inject<B | undefined>(BUS_KEY, undefined) : undefined;
}

/** The bridge that `createHostBridgePlugin` made. */
export function useHostBridge(): MfeBridgeHandle | undefined {
  return hasInjectionContext()
    ? inject<MfeBridgeHandle | undefined>(BRIDGE_KEY, undefined)
    : undefined;
}

/**
 * Calls `handler` with each message of a name or pattern, from when the component is mounted until
 * it is unmounted; in a scope outside a component, from now until the scope ends. A name that is a
 * ref or a getter subscribes anew when it changes. A refusal by the registry is thrown.
 */
export function useSubscribe<P extends object, N extends string & keyof P>(
  messageName: MaybeRefOrGetter<N>,
  handler: Handler<MessageOf<P[N]>>,
  options: ListenOptions<FragmentHandle<P>> & { readonly bus: FragmentHandle<P> | undefined },
): void;
export function useSubscribe<M extends MessageBase = Message>(
  messageName: MaybeRefOrGetter<string>,
  handler: Handler<M>,
  options?: ListenOptions<Bus>,
): void;
export function useSubscribe(
  messageName: MaybeRefOrGetter<string>,
  handler: Handler<never>,
  options: ListenOptions = {},
): void {
  const bus = options.bus ?? useBus<AnyBus>();
  whenMounted(() => {
    watch(
      () => toValue(messageName),
      (name, _, onCleanup) => onCleanup(listen(bus, name, handler, options)),
      { immediate: true },
    );
  });
}

/** A function that publishes. */
export function usePublish(bus: AnyBus | undefined = useBus<AnyBus>()): Publish {
  return publishOn(bus);
}

/**
 * The value of a store, as a ref that cannot be written. `serverValue` is what the server renders
 * where it has no store, and what the browser hydrates with before it takes the store's value.
 */
export function useStore<T>(store: ReadableStore<T>, serverValue?: T): Readonly<ShallowRef<T>>;
export function useStore<T>(
  store: ReadableStore<T> | undefined,
  serverValue: T,
): Readonly<ShallowRef<T>>;
export function useStore<T>(
  store: ReadableStore<T> | undefined,
  serverValue?: T,
): Readonly<ShallowRef<T>> {
  const value = shallowRef(store && serverValue === undefined ? store.get() : (serverValue as T));
  whenMounted(() => {
    if (store === undefined) return;
    value.value = store.get();
    const off = store.listen((next) => {
      value.value = next;
    });
    if (getCurrentScope()) onScopeDispose(off);
  });
  return shallowReadonly(value) as Readonly<ShallowRef<T>>;
}

/** On the server, a component is never mounted. */
function whenMounted(start: () => void): void {
  if (getCurrentInstance()) onMounted(start);
  else start();
}
