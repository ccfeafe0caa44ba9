/** One message as the inspector keeps it: read once, whatever a hostile message does to readers. */

import type { LogRecord } from "../bus/types.ts";
import { preview, read, readText, toJson } from "./format.ts";

/** Characters and values of a payload that the text filter looks at. */
const SEARCH_LENGTH = 20_000;
const SEARCH_VALUES = 2000;

export type Status = LogRecord["status"];

export interface Row {
  /** Counts from 1 in the order of the log. */
  readonly seq: number;
  record: LogRecord;
  readonly name: string;
  readonly kind: string;
  readonly source: string;
  /** Empty where there is none, as are the ids. */
  readonly target: string;
  readonly messageId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly payload: unknown;
  /** Who asked, where the message answers a query or command: the bus hands it over itself. */
  answerTo: string;
  status: Status;
  receivers: readonly string[];
  latencyMs: number | undefined;
  durationMs: number | undefined;
  /** Why it was refused; empty where it was not. */
  reason: string;
  code: string;
  /** What the row says of its content, in one line. */
  summary: string;
  /** Lower-case text for the filter; made when first asked for. */
  text: string | undefined;
}

/** `timeOrigin` is `performance.timeOrigin`. */
export function makeRow(record: LogRecord, seq: number, timeOrigin: number): Row {
  const { message } = record;
  const row: Row = {
    seq,
    record,
    name: readText(message, "messageName") || "(no name)",
    kind: readText(message, "kind"),
    source: readText(message, "source"),
    target: readText(message, "target"),
    messageId: readText(message, "messageId"),
    correlationId: readText(message, "correlationId"),
    causationId: readText(message, "causationId"),
    at: timeOrigin + record.publishedAt,
    payload: read(message, "payload"),
    answerTo: "",
    status: "queued",
    receivers: [],
    latencyMs: undefined,
    durationMs: undefined,
    reason: "",
    code: "",
    summary: "",
    text: undefined,
  };
  refreshRow(row, record);
  return row;
}

/** Takes over what the bus has found out since. */
export function refreshRow(row: Row, record: LogRecord): void {
  const { error } = record;
  row.record = record;
  row.status = record.status;
  row.receivers = record.receivers;
  row.latencyMs = record.latencyMs;
  row.durationMs = record.durationMs;
  row.code = readText(error, "code");
  row.reason = readText(error, "message");
  row.summary = row.status === "rejected" ? row.reason : preview(row.payload);
  row.text = undefined;
}

/** What the text filter searches: name, ids, payload and reason. */
export function rowText(row: Row): string {
  row.text ??= [
    row.name,
    row.messageId,
    row.correlationId,
    row.reason,
    toJson(row.payload, undefined, SEARCH_VALUES).slice(0, SEARCH_LENGTH),
  ]
    .join("\n")
    .toLowerCase();
  return row.text;
}

/** Whether a delivered message reached nobody. State is read from its store instead. */
export const isUnheard = (row: Row): boolean =>
  row.status === "delivered" &&
  row.receivers.length === 0 &&
  row.answerTo === "" &&
  row.kind !== "state";

export const statusLabels: Readonly<Record<Status, string>> = {
  delivered: "Delivered",
  rejected: "Rejected",
  dedupe: "Duplicate",
  queued: "Waiting",
};
