/** A value as a tree to open step by step: what each node says, and which nodes are below it. */

import { preview, read, toText } from "./format.ts";

/** Characters of a text that a node shows; copying takes all of them. */
export const MAX_TEXT = 2000;
/** Nodes that open at once below one; a button shows as many more. */
export const PAGE_OF_NODES = 100;

export type NodeType = "text" | "number" | "boolean" | "nothing" | "list" | "object" | "other";

export interface TreeNode {
  /** Name in its parent; empty for the root. */
  readonly key: string;
  readonly type: NodeType;
  /** One line: the value, or what there is to open. */
  readonly text: string;
  /** Nodes below; 0 where there is nothing to open. */
  readonly size: number;
  /** Those from `from` to before `to`. */
  children(from: number, to: number): readonly TreeNode[];
}

const none = (): readonly TreeNode[] => [];

export function makeNode(value: unknown, key = ""): TreeNode {
  const leaf = (type: NodeType, text: string): TreeNode => ({
    key,
    type,
    text,
    size: 0,
    children: none,
  });
  if (typeof value === "string") return leaf("text", quoted(value));
  if (typeof value === "number" || typeof value === "bigint") return leaf("number", preview(value));
  if (typeof value === "boolean") return leaf("boolean", String(value));
  if (value === null || value === undefined) return leaf("nothing", String(value));
  if (typeof value !== "object") return leaf("other", preview(value));
  const entries = entriesOf(value);
  if (entries.length === 0) return leaf(Array.isArray(value) ? "list" : "other", preview(value));
  return {
    key,
    type: Array.isArray(value) ? "list" : "object",
    text: preview(value),
    size: entries.length,
    children: (from, to) =>
      entries.slice(from, to).map(([name, get]) => makeNode(get(), name)),
  };
}

function quoted(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return JSON.stringify(shown);
}

type Entry = readonly [key: string, get: () => unknown];

function entriesOf(value: object): readonly Entry[] {
  try {
    if (value instanceof Map) {
      return [...value].map(([key, item]): Entry => [toText(key), () => item]);
    }
    if (value instanceof Set) {
      return [...value].map((item, index): Entry => [String(index), () => item]);
    }
    if (value instanceof Date || ArrayBuffer.isView(value)) return [];
    const keys =
      value instanceof Error ? Object.getOwnPropertyNames(value) : Object.keys(value);
    return keys.map((key): Entry => [key, () => read(value, key)]);
  } catch {
    return [];
  }
}
