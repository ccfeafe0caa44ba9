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
 */
export function createDedupe(windowMs: number, maxIds: number = MAX_IDS): Dedupe {
  /** By hash: the number of the last message. More than there are messages: few share one. */
  const latest = new Float64Array(maxIds * 4);
  /** By place in the ring, which is the number modulo maxIds: the number before, hash and time. */
  const ring = new Float64Array(maxIds * 4);
  const ids: string[] = [];
  const sources: string[] = [];
  // Above it from the start, so that 0 is out of date.
  let count = maxIds + 1;
  let hash = 0;
  let hashed = "";

  return ({ source, messageId }, remember) => {
    if (hashed !== messageId) {
      hashed = messageId;
      let bits = 0;
      // The first eight digits and the last twelve: one or the other differs in UUIDs of any kind.
      for (let index = 0; index < messageId.length; index += index === 7 ? 17 : 1) {
        bits = (Math.imul(bits, 31) + messageId.charCodeAt(index)) | 0;
      }
      // Thirty bits: what engines hold without an object.
      hash = bits >>> 2;
    }
    const chain = hash % latest.length;
    let number = latest[chain] as number;
    if (remember) {
      const place = count % maxIds;
      latest[chain] = count;
      ring[place * 4] = number;
      ring[place * 4 + 1] = hash;
      ring[place * 4 + 2] = Date.now();
      ids[place] = messageId;
      sources[place] = source;
      count += 1;
      return false;
    }
    for (; number >= count - maxIds; number = ring[(number % maxIds) * 4] as number) {
      const place = number % maxIds;
      if (
        ring[place * 4 + 1] === hash &&
        ids[place] === messageId &&
        sources[place] === source
      ) {
        return Date.now() - (ring[place * 4 + 2] as number) < windowMs;
      }
    }
    return false;
  };
}
