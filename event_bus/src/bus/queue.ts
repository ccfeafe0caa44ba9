/** First in, first out: a message that is queued while another is delivered waits for its turn. */

import type { QueueOptions } from "./types.ts";

const LIMIT = 100_000;
const MAX_TURN_MS = 40;
/** Items after which a turn is a flood, and has a fifth of that time. */
const FLOOD = 4096;
const FLOOD_SHARE = 5;
/** Items after which the clock is read. */
const CLOCK_STRIDE = 4;
/** Handled places at the front of the queue after which they are cut off. */
const SLACK = 1000;

/** A message, or what is to be done between two messages; the latter is never dropped. */
export type Item<T> = T | (() => void);

export interface Queue<T extends object> {
  push(item: Item<T>): void;
  /** Whether a message that comes now is to be refused. */
  full(): boolean;
  /** Forgets what waits. */
  clear(): void;
}

/** `sync`: push returns after the queue is empty, save from inside `handle` and in a flood. */
export function createQueue<T extends object>(
  handle: (item: T) => void,
  onDrop: (item: T) => void,
  sync: boolean,
  { limit = LIMIT, overflow, maxTurnMs = MAX_TURN_MS }: QueueOptions = {},
): Queue<T> {
  const dropping = overflow === "drop-oldest";
  let items: (Item<T> | undefined)[] = [];
  let head = 0;
  let scheduled = false;

  function flush(): void {
    let defer: (task: () => void) => void = queueMicrotask;
    let count = 0;
    let start = 0;
    try {
      scheduled = true;
      while (head < items.length) {
        if (++count % CLOCK_STRIDE === 0) {
          const now = performance.now();
          start ||= now;
          if (now - start > (count > FLOOD ? maxTurnMs / FLOOD_SHARE : maxTurnMs)) {
            defer = setTimeout;
            return;
          }
        }
        const item = items[head] as Item<T>;
        items[head++] = undefined;
        if (typeof item === "function") item();
        else handle(item);
      }
      clear();
    } finally {
      // Left early by a flood, or where the engine itself throws, as it does on a full stack: the
      // rest is handled from an empty one.
      scheduled = false;
      if (head < items.length) schedule(defer);
    }
  }

  /** Noted last: on a full stack this may throw too, and the next message then makes it good. */
  function schedule(defer: (task: () => void) => void): void {
    defer(flush);
    scheduled = true;
  }

  function clear(): void {
    items = [];
    head = 0;
  }

  const full = () => items.length - head >= limit;

  /** What is no message moves up to the place that becomes free. */
  function dropOldest(): void {
    let oldest = head;
    while (typeof items[oldest] === "function") oldest += 1;
    const dropped = items[oldest];
    items.copyWithin(head + 1, head, oldest);
    items[head++] = undefined;
    if (dropped) onDrop(dropped as T);
  }

  return {
    full: () => !dropping && full(),
    push(item) {
      if (dropping && full()) dropOldest();
      if (head > SLACK && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      items.push(item);
      if (scheduled) return;
      if (sync) flush();
      else schedule(queueMicrotask);
    },
    clear,
  };
}
