/** Remembers which messages were taken, for a window of time and without a scan. */

import type { Message } from "../envelope/types.ts";

/** Ids that are remembered, unless set. */
const MAX_IDS = 10_000;

/** Whether a message of this source and id was remembered within the window; or remembers it. */
export type Dedupe = (message: Message, remember?: boolean) => boolean;

/**
 * A ring of the last messages, chained by the hash of their ids. A link to a message whose place
 * another one has taken ends its chain, so that nothing is ever removed: touching what is old
 * would cost more than all the rest, because it has left the processor's caches.
 *
 * What is remembered has mostly just been checked: the hash and the time of the check are then
 * used again. The clock is read before anything else, because reading it waits for whatever the
 * processor is still fetching, and it is more than a third of what a message costs here.
 */
export function createDedupe(windowMs: number, maxIds: number = MAX_IDS): Dedupe {
  /** By hash: the number of the last message. More than there are messages: few share one. */
  const latest = new Uint32Array(maxIds * 2);
  // By place in the ring, which is the number modulo maxIds.
  const before = new Uint32Array(maxIds);
  const hashes = new Int32Array(maxIds);
  const times = new Float64Array(maxIds);
  const ids: string[] = [];
  const sources: string[] = [];
  // Above it from the start, so that 0 is out of date.
  let count = maxIds + 1;
  let checked: Message | undefined;
  let now = 0;
  let hash = 0;

  return (message, remember) => {
    const { source, messageId } = message;
    // A policy may publish: then it is another one that was checked last.
    if (!remember || checked !== message) {
      checked = message;
      now = Date.now();
      hash = hashOf(messageId);
    }
    const chain = hash % latest.length;
    let number = latest[chain] as number;
    if (remember) {
      const place = count % maxIds;
      latest[chain] = count;
      before[place] = number;
      hashes[place] = hash;
      times[place] = now;
      ids[place] = messageId;
      sources[place] = source;
      count = (count + 1) >>> 0;
      return false;
    }
    // Ages grow along a chain. One that does not is of before the numbers began anew.
    for (let age = 0; (count - number) >>> 0 > age; number = before[number % maxIds] as number) {
      age = (count - number) >>> 0;
      if (age > maxIds) break;
      const place = number % maxIds;
      if (hashes[place] === hash && ids[place] === messageId && sources[place] === source) {
        return now - (times[place] as number) < windowMs;
      }
    }
    return false;
  };
}

/**
 * Of the fifth to eighth digit and of the last four: one or the other differs in UUIDs of any
 * kind. Thirty bits: what engines hold without an object.
 */
function hashOf(id: string): number {
  let bits = 0;
  for (let index = 4; index < id.length; index += index === 7 ? 25 : 1) {
    bits = (Math.imul(bits, 31) + id.charCodeAt(index)) | 0;
  }
  return bits >>> 2;
}
