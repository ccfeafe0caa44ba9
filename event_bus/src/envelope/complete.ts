/** Fills in what a publisher need not say: ids, time, version and sensitivity. */

import { randomId } from "./random.ts";
import type { EventMessage, Message, MessageBase } from "./types.ts";

type FilledIn =
  | "messageVersion"
  | "messageId"
  | "correlationId"
  | "occurredAtUtc"
  | "sensitivity";

/** A message of any kind in which the bridge fills in what is missing. */
export type IncompleteMessage = Message extends infer M
  ? M extends MessageBase
    ? Omit<M, FilledIn> & Partial<Pick<M, FilledIn>>
    : never
  : never;

/** Missing means null or undefined: an empty id stays empty, and is then rejected. */
export function completeMessage(message: object): Record<string, unknown> {
  const given: { -readonly [K in keyof MessageBase]?: MessageBase[K] } = { ...message };
  given.messageVersion ??= 1;
  given.messageId ??= randomId();
  given.correlationId ??= given.messageId;
  given.occurredAtUtc ??= isoNow();
  given.sensitivity ??= "internal";
  return given;
}

let millisecond = -1;
let text = "";

/** Written anew once a millisecond: it costs as much as all the rest of a message. */
function isoNow(): string {
  const now = Date.now();
  if (now !== millisecond) text = new Date((millisecond = now)).toISOString();
  return text;
}

export interface CreateEventOptions
  extends Partial<Omit<EventMessage, "messageName" | "kind" | "payload" | "source">> {
  /** Who publishes. */
  readonly source: string;
}

/** An event message, complete and ready to publish; `eventKind` is the name unless given. */
export function createEvent<T>(
  messageName: string,
  payload: T,
  options: CreateEventOptions,
): EventMessage<T> {
  const event = { eventKind: messageName, ...options, messageName, kind: "event", payload };
  return completeMessage(event) as unknown as EventMessage<T>;
}
