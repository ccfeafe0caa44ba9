/** A list of listeners that may change while a message goes through it. */

import type { Message } from "../envelope/types.ts";
import type { Handler, SubscriberErrorHook } from "./types.ts";

export interface Listener {
  /** Undefined once removed. */
  handler: Handler | undefined;
  readonly subscriberId: string;
}

export interface ListenerList {
  entries: Listener[];
  /** How many of the entries are not removed. */
  live: number;
}

export function createListenerList(): ListenerList {
  return { entries: [], live: 0 };
}

/** A delivery that is under way does not reach it: it stops at the end that it has seen. */
export function addListener(list: ListenerList, listener: Listener): void {
  list.entries.push(listener);
  list.live += 1;
}

/** A delivery that is under way does not reach it any more. */
export function removeListener(list: ListenerList, listener: Listener): void {
  if (listener.handler === undefined) return;
  listener.handler = undefined;
  list.live -= 1;
  // A new array, because a delivery may be walking through the old one; and only once most of
  // it is removed, so that removing all of n listeners takes n steps, not n².
  if (list.live * 2 < list.entries.length) {
    list.entries = list.entries.filter(({ handler }) => handler !== undefined);
  }
}

export function clearListeners(list: ListenerList): void {
  for (const listener of list.entries) listener.handler = undefined;
  list.entries = [];
  list.live = 0;
}

/** Calls each listener that `target` admits; what one throws or rejects with goes to `onError`. */
export function deliver(
  list: ListenerList,
  message: Message,
  target: string | undefined,
  onError: SubscriberErrorHook,
): void {
  const { entries } = list;
  const end = entries.length;
  for (let index = 0; index < end; index += 1) {
    const { handler, subscriberId } = entries[index] as Listener;
    if (handler === undefined || (target !== undefined && target !== subscriberId)) continue;
    try {
      const result = handler(message) as PromiseLike<unknown> | null | undefined;
      if (typeof result?.then === "function") {
        result.then(undefined, (error: unknown) => onError(error, message, subscriberId));
      }
    } catch (error) {
      onError(error, message, subscriberId);
    }
  }
}
