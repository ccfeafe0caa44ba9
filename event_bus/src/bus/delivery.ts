/** Gives a message to the listeners that may read it. */

import type { Message } from "../envelope/types.ts";
import type { Listener } from "./listeners.ts";
import type { TopicRegistry } from "./registry.ts";
import type { ObservabilityContext } from "./types.ts";
import type { Failed } from "./watch.ts";

/** Calls each listener that may read the message, and adds its id to `receivers`. */
export type Deliver = (
  listeners: readonly Listener[],
  message: Message,
  receivers: string[] | undefined,
  context?: ObservabilityContext,
) => void;

export function createDeliver(registry: TopicRegistry | undefined, failed: Failed): Deliver {
  function mayRead(subscriberId: string | undefined, { target, messageName }: Message): boolean {
    return (
      subscriberId === undefined ||
      ((target === undefined || target === subscriberId) &&
        registry?.canSubscribe(messageName, subscriberId) !== false)
    );
  }

  return (listeners, message, receivers, context) => {
    // Those that come while it goes on are not reached.
    const { length } = listeners;
    let asked: string | undefined | null = null;
    let may = false;
    for (let index = 0; index < length; index += 1) {
      const { handler, subscriberId } = listeners[index] as Listener;
      if (!handler) continue;
      // Asked once for all those of one subscriber that come together.
      if (asked !== subscriberId) may = mayRead((asked = subscriberId), message);
      if (!may) continue;
      receivers?.push(subscriberId as string);
      try {
        const result = handler(message) as PromiseLike<unknown> | null | undefined;
        if (typeof result?.then === "function") {
          result.then(undefined, (error) => failed(error, message, subscriberId, context));
        }
      } catch (error) {
        failed(error, message, subscriberId, context);
      }
    }
  };
}
