/** Records of a log for the inspector's tests. */

import { createEvent } from "../envelope/complete.ts";
import type { Message } from "../envelope/types.ts";
import type { LogRecord } from "../bus/types.ts";
import { makeRow } from "./row.ts";
import type { Row } from "./row.ts";

let clock = 0;

export function recordOf(
  messageName: string,
  payload: unknown = {},
  changes: Partial<LogRecord> = {},
  envelope: object = {},
): LogRecord {
  clock += 1;
  const event = createEvent(messageName, payload, { source: "shop" });
  return {
    message: { ...event, ...envelope } as Message,
    status: "delivered",
    receivers: ["cart"],
    publishedAt: clock,
    latencyMs: 1,
    durationMs: 2,
    ...changes,
  };
}

export const rowOf = (...of: Parameters<typeof recordOf>): Row => makeRow(recordOf(...of), 1, 0);
