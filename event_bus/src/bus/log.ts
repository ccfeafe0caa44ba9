/** What became of the last messages, for `bus.log()`: it hears of them as an adapter does. */

import type { Message } from "../envelope/types.ts";
import type { LogRecord, ObservabilityAdapter } from "./types.ts";

/** What the bus tells in addition to what it tells everybody. */
export interface Watcher extends ObservabilityAdapter {
  /** A message was taken. */
  onQueued?(message: Message): void;
}

export interface Log extends Watcher {
  records(): readonly LogRecord[];
}

export function createLog(limit: number): Log {
  const records: LogRecord[] = [];
  const byMessage = new WeakMap<object, LogRecord>();

  function write(message: Message, changes: Partial<LogRecord>): void {
    let record = byMessage.get(message);
    if (!record) {
      const publishedAt = performance.now();
      record = { message, status: "queued", receivers: [], publishedAt };
      if (records.push(record) > limit) records.shift();
      // What was refused need not be an object.
      if (!changes.error) byMessage.set(message, record);
    }
    Object.assign(record, changes);
  }

  return {
    records: () => records.map((record) => ({ ...record })),
    onQueued: (message) => write(message, {}),
    onDelivered(message, receivers, durationMs) {
      const { publishedAt = 0 } = byMessage.get(message) ?? {};
      const latencyMs = performance.now() - durationMs - publishedAt;
      write(message, { status: "delivered", receivers, durationMs, latencyMs });
    },
    onReject: (error, message) =>
      write(message as Message, {
        status: error.code === "dedupe" ? "dedupe" : "rejected",
        error,
      }),
  };
}
