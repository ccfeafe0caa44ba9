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

  /** Apart from the loop, where what its closure holds would be set up for each listener. */
  function watch(
    result: Partial<PromiseLike<unknown>>,
    message: Message,
    subscriberId: string | undefined,
    context: ObservabilityContext | undefined,
  ): void {
    if (typeof result.then === "function") {
      result.then(undefined, (error) => failed(error, message, subscriberId, context));
    }
  }

  return (listeners, message, receivers, context) => {
    // Those that come while it goes on are not reached.
    const { length } = listeners;
    // Not null to begin with: what is compared for each listener is then of one type, and the
    // engine compares two references in place of calling for help.
    let asked = listeners[0]?.subscriberId;
    let may = mayRead(asked, message);
    for (let index = 0; index < length; index += 1) {
      const { handler, subscriberId } = listeners[index] as Listener;
      if (!handler) continue;
      // Asked once for all those of one subscriber that come together.
      if (asked !== subscriberId) may = mayRead((asked = subscriberId), message);
      if (!may) continue;
      receivers?.push(subscriberId as string);
      try {
        const result: unknown = handler(message);
        if (result) watch(result as object, message, subscriberId, context);
      } catch (error) {
        failed(error, message, subscriberId, context);
      }
    }
  };
}
