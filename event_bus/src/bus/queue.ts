/** First in, first out: a message that is queued while another is delivered waits for its turn. */

export interface Queue<T> {
  push(item: T): void;
  /** Forgets what waits. */
  clear(): void;
}

/** `sync`: push returns after the queue is empty, unless it is called by `handle`. */
export function createQueue<T>(handle: (item: T) => void, sync: boolean): Queue<T> {
  let waiting: T[] = [];
  let batch: T[] = [];
  let scheduled = false;

  function flush(): void {
    let next = 0;
    try {
      // Batches, so that a handled message can be collected while others keep arriving.
      while (waiting.length > 0) {
        batch = waiting;
        waiting = [];
        for (next = 0; next < batch.length; ) handle(batch[next++] as T);
      }
    } finally {
      // Left early only where the engine itself throws, as it does on a full stack: the rest is
      // handled from an empty one.
      waiting = [...batch.slice(next), ...waiting];
      batch = [];
      scheduled = waiting.length > 0;
      if (scheduled) queueMicrotask(flush);
    }
  }

  return {
    push(item) {
      waiting.push(item);
      if (scheduled) return;
      scheduled = true;
      if (sync) flush();
      else queueMicrotask(flush);
    },
    clear() {
      waiting = [];
      batch.length = 0;
    },
  };
}
