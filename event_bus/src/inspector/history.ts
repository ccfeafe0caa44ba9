/** What the inspector has seen: the bus's log, read again and again. */

import type { LogRecord } from "../bus/types.ts";
import { makeRow, refreshRow } from "./row.ts";
import type { Row } from "./row.ts";

/** Messages that the inspector keeps; beyond it the oldest go. */
export const MAX_MESSAGES = 2000;

export interface History {
  /** Oldest first; a new array with each change. */
  readonly rows: readonly Row[];
  /** Grows with each change. */
  readonly version: number;
  /** Grows when a row that was there has changed. */
  readonly changes: number;
  /** The number of the newest message; it never goes back. */
  readonly lastSeq: number;
  /** Messages seen since the inspector was attached, or cleared. */
  readonly total: number;
  readonly rejected: number;
  /** True where messages came faster than the bus's log could keep them. */
  readonly incomplete: boolean;
  /** How many messages each subscriber received, and each source published. */
  readonly received: ReadonlyMap<string, number>;
  readonly published: ReadonlyMap<string, number>;
  /** Reads `log`; true where there is something new. */
  take(log: readonly LogRecord[]): boolean;
  /** The message of this id, as long as it is kept. */
  find(messageId: string): Row | undefined;
  /** The messages that name this id as their cause. */
  causedBy(messageId: string): readonly Row[];
  clear(): void;
}

/** A bus gives copies of its records, or fills in the ones that it gave. */
const isSame = (a: LogRecord, b: LogRecord): boolean =>
  a === b || (a.message === b.message && a.publishedAt === b.publishedAt);

export function createHistory(timeOrigin: number, limit = MAX_MESSAGES): History {
  let rows: Row[] = [];
  let version = 0;
  let changes = 0;
  let lastSeq = 0;
  let total = 0;
  let rejected = 0;
  let incomplete = false;
  let last: LogRecord | undefined;
  const waiting = new Set<Row>();
  const byId = new Map<string, Row>();
  const received = new Map<string, number>();
  const published = new Map<string, number>();

  function count(row: Row): void {
    if (row.status === "rejected") rejected += 1;
    for (const id of row.receivers) add(received, id);
  }

  /** The index of the first record that is new. */
  function firstNew(log: readonly LogRecord[]): number {
    if (last === undefined) return 0;
    for (let index = log.length - 1; index >= 0; index -= 1) {
      const record = log[index];
      if (record !== undefined && isSame(record, last)) return index + 1;
    }
    if (log.length > 0) incomplete = true;
    return 0;
  }

  function append(log: readonly LogRecord[], from: number): void {
    for (let index = from; index < log.length; index += 1) {
      const record = log[index];
      if (record === undefined) continue;
      total += 1;
      lastSeq += 1;
      const row = makeRow(record, lastSeq, timeOrigin);
      rows.push(row);
      const asked = row.causationId === "" ? undefined : byId.get(row.causationId);
      if (asked?.kind === "query" || asked?.kind === "command") row.answerTo = asked.source;
      if (row.messageId !== "") byId.set(row.messageId, row);
      if (row.source !== "") add(published, row.source);
      if (row.status === "queued") waiting.add(row);
      else count(row);
    }
  }

  function forget(row: Row): void {
    waiting.delete(row);
    if (byId.get(row.messageId) === row) byId.delete(row.messageId);
  }

  /** Takes over what has become of the messages that waited. */
  function settle(log: readonly LogRecord[]): boolean {
    const records = new Map(log.map((record) => [record.message, record]));
    let settled = false;
    for (const row of waiting) {
      const record = records.get(row.record.message);
      if (record?.status === "queued") continue;
      waiting.delete(row);
      // Beyond the log's limit nobody can tell what became of it.
      if (record === undefined) continue;
      refreshRow(row, record);
      count(row);
      settled = true;
    }
    return settled;
  }

  return {
    get rows() {
      return rows;
    },
    get version() {
      return version;
    },
    get changes() {
      return changes;
    },
    get lastSeq() {
      return lastSeq;
    },
    get total() {
      return total;
    },
    get rejected() {
      return rejected;
    },
    get incomplete() {
      return incomplete;
    },
    received,
    published,
    take(log) {
      const settled = waiting.size > 0 && settle(log);
      if (settled) changes += 1;
      const from = firstNew(log);
      const grown = from < log.length;
      if (grown) {
        rows = [...rows];
        append(log, from);
        if (rows.length > limit) {
          for (const row of rows.splice(0, rows.length - limit)) forget(row);
        }
        last = log.at(-1);
      }
      if (grown || settled) version += 1;
      return grown || settled;
    },
    find: (messageId) => byId.get(messageId),
    causedBy: (messageId) =>
      messageId === "" ? [] : rows.filter((row) => row.causationId === messageId),
    clear() {
      rows = [];
      waiting.clear();
      byId.clear();
      total = 0;
      rejected = 0;
      incomplete = false;
      received.clear();
      published.clear();
      version += 1;
      changes += 1;
    },
  };
}

const add = (counts: Map<string, number>, key: string): unknown =>
  counts.set(key, (counts.get(key) ?? 0) + 1);
