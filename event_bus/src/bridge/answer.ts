/** Publishes a message and says as a result, never as an exception, what came of it. */

import { textOf } from "../bus/report.ts";
import { acknowledge, duplicate } from "../bus/requests.ts";
import type { Bus } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { AckResult, Message } from "../envelope/types.ts";
import { BusValidationError } from "../errors.ts";

/** What `getBus` or `make` throws to refuse the caller is the answer. */
export function publishWith(getBus: () => Bus, make: () => object): AckResult {
  let correlationId = "";
  try {
    const bus = getBus();
    const message = completeMessage(make()) as unknown as Message;
    correlationId = `${message.correlationId}`;
    const outcome = bus.attemptPublish(message);
    if (outcome.status === "delivered") return acknowledge(correlationId);
    throw outcome.status === "dedupe" ? duplicate(message) : outcome.error;
  } catch (error) {
    return refused(error, correlationId);
  }
}

/** The Nack for an error of ours, or for what came out of the message: a getter that throws. */
export function refused(error: unknown, correlationId = ""): AckResult {
  const { code } = Object(error) as { code?: unknown };
  return acknowledge(
    correlationId,
    code ? error : new BusValidationError("validation", textOf(error)),
  );
}
