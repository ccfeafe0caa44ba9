/** A subscription that is read with `for await`. */

import type { MessageBase } from "../envelope/types.ts";
import type { Unsubscribe } from "./types.ts";

/** Messages that wait for a slow reader, unless set. */
const LIMIT = 1000;

/** `open` subscribes; it calls its second argument when the subscription ends, for any reason. */
export function createStream<M extends MessageBase>(
  open: (push: (message: M) => void, onEnd: () => void) => Unsubscribe,
  onDrop: (message: M) => void,
  limit: number = LIMIT,
): AsyncIterableIterator<M> {
  const waiting: M[] = [];
  let ended = false;
  /** Told once, until the reader has caught up. */
  let told = false;
  let wake = (): void => undefined;

  const end = open(
    (message) => {
      if (waiting.push(message) > limit) {
        const dropped = waiting.shift() as M;
        if (!told) onDrop(dropped);
        told = true;
      }
      wake();
    },
    () => {
      ended = true;
      wake();
    },
  );

  async function* read(): AsyncGenerator<M, undefined> {
    while (!ended) {
      const message = waiting.shift();
      if (message) yield message;
      else {
        told = false;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  }

  const reader = read();
  // The generator's own would wait for the next message.
  reader.return = async () => {
    end();
    return { value: undefined, done: true };
  };
  return reader;
}
