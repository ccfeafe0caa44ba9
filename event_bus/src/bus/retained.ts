/** The last messages of the names that retain them, for subscribers that come late. */

import type { Message } from "../envelope/types.ts";
import { isPattern, matches, recall } from "./patterns.ts";

/** Message names that are retained at once; beyond it, the one that came first is forgotten. */
const MAX_NAMES = 1000;

interface Kept {
  readonly message: Message;
  /** Rises with each message. */
  readonly order: number;
}

export interface Retained {
  record(message: Message): void;
  /** Whether a subscription to this name or pattern may have retained messages. */
  covers(name: string): boolean;
  /** Oldest first; of each name the last `count`. */
  of(name: string, count: number): readonly Message[];
}

/** `retain`: how many, by message name or pattern; an exact name goes before patterns. */
export function createRetained(retain: Readonly<Record<string, number>>): Retained {
  const known = new Map<string, number>();
  const buffers = new Map<string, Kept[]>();
  let order = 0;

  function find(name: string): number {
    if (Object.hasOwn(retain, name)) return retain[name] as number;
    const limits = Object.keys(retain).map((key) => (matches(key, name) ? retain[key] : 0));
    return Math.max(0, ...(limits as number[]));
  }

  const limitOf = (name: string) => recall(known, name, find);

  return {
    record(message) {
      const { messageName } = message;
      const limit = limitOf(messageName);
      if (!limit) return;
      let buffer = buffers.get(messageName);
      if (!buffer) {
        buffers.set(messageName, (buffer = []));
        if (buffers.size > MAX_NAMES) buffers.delete(buffers.keys().next().value as string);
      }
      if (buffer.push({ message, order: order++ }) > limit) buffer.shift();
    },
    covers: (name) => isPattern(name) || limitOf(name) > 0,
    of: (name, count) =>
      [...buffers]
        .flatMap(([key, buffer]) =>
          matches(name, key) ? buffer.slice(Math.max(0, buffer.length - count)) : [],
        )
        .sort((one, other) => one.order - other.order)
        .map(({ message }) => message),
  };
}
