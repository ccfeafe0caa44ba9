/** Which messages the inspector shows. */

import { isUnheard, rowText } from "./row.ts";
import type { Row, Status } from "./row.ts";

export interface Filter {
  /** Words that must all occur; a word with `*` is a pattern for the name. */
  readonly text: string;
  /** Empty, as the others: any. */
  readonly kind: string;
  readonly source: string;
  readonly status: Status | "unheard" | "";
}

export const noFilter: Filter = { text: "", kind: "", source: "", status: "" };

export const isFiltering = (filter: Filter): boolean =>
  Object.values(filter).some((value) => value.trim() !== "");

/**
 * Whether a message name has the segments of a pattern: `*` stands for one, `**` at the end for
 * one or more; a `*` within a segment for any characters, as one types when searching.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase().split(":");
  const given = name.toLowerCase().split(":");
  const open = wanted.at(-1) === "**";
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every(
    (segment, index) =>
      (open && index === wanted.length - 1) || matchesSegment(segment, given[index] ?? ""),
  );
}

function matchesSegment(wanted: string, given: string): boolean {
  const parts = wanted.split("*");
  const last = parts.length - 1;
  if (last === 0) return wanted === given;
  const [head = "", tail = ""] = [parts[0], parts[last]];
  if (given.length < head.length + tail.length) return false;
  if (!given.startsWith(head) || !given.endsWith(tail)) return false;
  let from = head.length;
  for (const part of parts.slice(1, last)) {
    const at = given.indexOf(part, from);
    if (at < 0 || at + part.length > given.length - tail.length) return false;
    from = at + part.length;
  }
  return true;
}

/** Made once a change of the filter, asked once a row. */
export function createMatcher(filter: Filter): (row: Row) => boolean {
  const words = filter.text.trim().split(/\s+/).filter(Boolean);
  const patterns = words.filter((word) => word.includes("*"));
  const texts = words.filter((word) => !word.includes("*")).map((word) => word.toLowerCase());
  const { kind, source, status } = filter;
  return (row) =>
    (kind === "" || row.kind === kind) &&
    (source === "" || row.source === source) &&
    (status === "" || (status === "unheard" ? isUnheard(row) : row.status === status)) &&
    patterns.every((pattern) => matchesPattern(pattern, row.name)) &&
    (texts.length === 0 || containsAll(rowText(row), texts));
}

const containsAll = (text: string, words: readonly string[]): boolean =>
  words.every((word) => text.includes(word));
