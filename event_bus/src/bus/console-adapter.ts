/** An observability adapter that writes to the console. */

import type { Message, MessageBase } from "../envelope/types.ts";
import type { BusError } from "../errors.ts";
import type { ObservabilityAdapter, ObservabilityContext } from "./types.ts";

const PREFIX = "[bus]";

export class ConsoleObservabilityAdapter implements ObservabilityAdapter {
  onPublish(message: MessageBase): void {
    console.debug(PREFIX, "publish", message);
  }

  onDelivered(message: Message, receivers: readonly string[], durationMs: number): void {
    console.debug(PREFIX, "deliver", message.messageName, receivers, durationMs);
  }

  onReject(error: BusError, message: unknown): void {
    console.warn(PREFIX, "reject", error, message);
  }

  onError(error: unknown, context: ObservabilityContext): void {
    console.error(PREFIX, context, error);
  }

  onRequestTimeout(requestMessageId: string): void {
    console.warn(PREFIX, "no answer to", requestMessageId);
  }
}
