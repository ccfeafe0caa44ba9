/** Subscriptions and stores that end with the component or service that asked for them. */

import { DestroyRef, inject, signal } from "@angular/core";
import type { Signal } from "@angular/core";
import { listen } from "../adapter/any-bus.ts";
import type { AnyBus, ListenOptions } from "../adapter/any-bus.ts";
import type { FragmentHandle, MessageOf } from "../bridge/types.ts";
import type { Bus, Handler } from "../bus/types.ts";
import type { Message, MessageBase } from "../envelope/types.ts";
import type { ReadableStore } from "../stores/types.ts";
import { injectBus } from "./tokens.ts";

/**
 * Calls `handler` with each message of a name or pattern until the injection context that it is
 * called in is destroyed. Without a bus (on the server) it does nothing.
 */
export function injectSubscribe<P extends object, N extends string & keyof P>(
  messageName: N,
  handler: Handler<MessageOf<P[N]>>,
  options: ListenOptions<FragmentHandle<P>> & { readonly bus: FragmentHandle<P> | undefined },
): void;
export function injectSubscribe<M extends MessageBase = Message>(
  messageName: string,
  handler: Handler<M>,
  options?: ListenOptions<Bus>,
): void;
export function injectSubscribe(
  messageName: string,
  handler: Handler<never>,
  options: ListenOptions = {},
): void {
  const bus = options.bus ?? injectBus<AnyBus>({ optional: true });
  inject(DestroyRef).onDestroy(listen(bus, messageName, handler, options));
}

/**
 * The value of a store as a signal, until the injection context that it is called in is destroyed.
 * Where there is no store (on the server) it is `serverValue`.
 */
export function storeSignal<T>(store: ReadableStore<T>): Signal<T>;
export function storeSignal<T>(store: ReadableStore<T> | undefined, serverValue: T): Signal<T>;
export function storeSignal<T>(store: ReadableStore<T> | undefined, serverValue?: T): Signal<T> {
  // Stores hand out a new value for each change: comparing identities is enough.
  const value = signal(store ? store.get() : (serverValue as T));
  if (store) inject(DestroyRef).onDestroy(store.listen((next) => value.set(next)));
  return value.asReadonly();
}
