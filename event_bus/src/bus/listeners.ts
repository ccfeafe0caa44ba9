/** Lists of listeners that may change while a message goes through them, and who is on which. */

import type { Handler } from "./types.ts";
import { isPattern, matches, recall } from "./patterns.ts";

export interface Listener {
  /** Undefined once removed. */
  handler: Handler | undefined;
  /** Undefined: reads every message. */
  readonly subscriberId: string | undefined;
  /** On a list; not so while it waits for its retained messages. */
  listed?: boolean;
}

export interface ListenerList {
  entries: Listener[];
  /** How many of the entries are not removed. */
  live: number;
}

export interface Routes {
  /** Under the empty name: for every message. */
  add(name: string, listener: Listener): void;
  /** A delivery that is under way does not reach it any more. */
  remove(name: string, listener: Listener): void;
  /** Every listener that is on a list. */
  all(): readonly Listener[];
  /** Where a message goes: to those who get every message, to its name's own, to patterns. */
  of(messageName: string): readonly (ListenerList | undefined)[];
}

export function createRoutes(): Routes {
  const topics = new Map<string, ListenerList>();
  const patterns = new Map<string, ListenerList>();
  const known = new Map<string, (ListenerList | undefined)[]>();

  const listsOf = (name: string) => (isPattern(name) ? patterns : topics);

  const find = (messageName: string) => [
    topics.get(""),
    topics.get(messageName),
    ...[...patterns].flatMap(([pattern, list]) => (matches(pattern, messageName) ? list : [])),
  ];

  return {
    add(name, listener) {
      // It may have ended before its turn.
      if (!listener.handler) return;
      const lists = listsOf(name);
      let list = lists.get(name);
      if (!list) {
        lists.set(name, (list = { entries: [], live: 0 }));
        if (name && lists === topics) known.delete(name);
        else known.clear();
      }
      list.entries.push(listener);
      list.live += 1;
      listener.listed = true;
    },
    remove(name, listener) {
      listener.handler = undefined;
      if (!listener.listed) return;
      listener.listed = false;
      const lists = listsOf(name);
      const list = lists.get(name) as ListenerList;
      list.live -= 1;
      // A new array, because a delivery may be walking through the old one; and only once most of
      // it is removed, so that removing all of n listeners takes n steps, not n².
      if (list.live * 2 < list.entries.length) {
        list.entries = list.entries.filter(({ handler }) => handler);
      }
      if (!list.live) lists.delete(name);
    },
    all: () =>
      [...topics.values(), ...patterns.values()].flatMap(({ entries }) =>
        entries.filter(({ handler }) => handler),
      ),
    of: (messageName) => recall(known, messageName, find),
  };
}
