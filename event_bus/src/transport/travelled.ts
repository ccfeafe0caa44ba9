/** Remembers which messages have gone over which lines of a bus, so that none goes round. */

import type { Bus } from "../bus/types.ts";

/** Messages in the younger half of the memory; when it is full, the older half is forgotten. */
const GENERATION = 5000;

type LinesOf = (key: string) => Set<object>;

const memories = new WeakMap<Bus, LinesOf>();

/** The lines that a message has come or gone by: the same memory for all lines of a bus. */
export function travelledOn(bus: Bus): LinesOf {
  let young = new Map<string, Set<object>>();
  let old = young;
  const linesOf: LinesOf = (key) => {
    let lines = young.get(key) ?? old.get(key);
    if (!lines) {
      young.set(key, (lines = new Set()));
      if (young.size > GENERATION) {
        old = young;
        young = new Map();
      }
    }
    return lines;
  };
  const memory = memories.get(bus) ?? linesOf;
  memories.set(bus, memory);
  return memory;
}
