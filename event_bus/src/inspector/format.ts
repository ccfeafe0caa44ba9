/** Words for what the inspector shows: times, counts, and values however strange they are. */

/** Characters of a one-line preview; a row shows no more. */
export const PREVIEW_LENGTH = 160;

const isBytes = (value: object): value is ArrayBuffer | ArrayBufferView =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer;

const two = (value: number): string => String(value).padStart(2, "0");

/** Local time of day with milliseconds. `epochMs` is in milliseconds since 1970. */
export function formatTime(epochMs: number): string {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return "–";
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

/** A duration in milliseconds, with as many digits as tell something. */
export function formatMs(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return "–";
  // A page's clock may count no finer.
  if (ms < 0.005) return "< 0.1 ms";
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}

/** A count for a small badge: 999, 1.2k, 34k. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 10_000) return `${(Math.floor(count / 100) / 10).toFixed(1)}k`;
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${(Math.floor(count / 100_000) / 10).toFixed(1)}M`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** Reads a property that may be a getter that throws, of something that may be no object. */
export function read(value: unknown, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** Any value as text; never throws. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return String(value);
  } catch {
    return "(unreadable)";
  }
}

export const readText = (value: unknown, key: PropertyKey): string => {
  const found = read(value, key);
  return found === undefined || found === null ? "" : toText(found);
};

/**
 * JSON of any value: what JSON lacks is named, circles are marked; never throws. Beyond
 * `maxValues` values the rest is left out.
 */
export function toJson(value: unknown, indent?: number, maxValues = Infinity): string {
  const above: unknown[] = [];
  let seen = 0;
  function replace(this: unknown, _key: string, item: unknown): unknown {
    seen += 1;
    if (seen > maxValues) return undefined;
    if (typeof item === "bigint") return `${item}n`;
    if (typeof item === "function" || typeof item === "symbol") return toText(item);
    if (typeof item !== "object" || item === null) return item;
    // `this` is the holder: what stands behind it in the list is no longer above the item.
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    if (above.includes(item)) return "(circular)";
    above.push(item);
    if (item instanceof Map || item instanceof Set) return listed(item);
    if (item instanceof Error) return `${item.name}: ${item.message}`;
    return isBytes(item) ? preview(item) : item;
  }
  // A Map's list takes the Map's place among those above, so that its items find their holder.
  function listed(item: Map<unknown, unknown> | Set<unknown>): unknown[] {
    const list = [...item];
    above.push(list);
    return list;
  }
  try {
    return JSON.stringify(value, replace, indent) ?? toText(value);
  } catch {
    return "(unreadable)";
  }
}

/** One line that says what a value is, cut at PREVIEW_LENGTH. Reads only as much as it shows. */
export function preview(value: unknown): string {
  const text = previewPart(value, 2);
  return text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH - 1)}…` : text;
}

const PREVIEW_ITEMS = 8;

function previewPart(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, PREVIEW_LENGTH));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "(function)";
  if (typeof value !== "object" || value === null) return toText(value);
  try {
    if (value instanceof Date) return Number.isNaN(+value) ? "invalid date" : value.toISOString();
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (value instanceof Map || value instanceof Set) {
      return `${value.constructor.name}(${value.size})`;
    }
    if (isBytes(value)) {
      return `${value.constructor.name}(${value.byteLength} bytes)`;
    }
    if (Array.isArray(value)) return previewList(value, depth);
    const keys = Object.keys(value);
    if (depth === 0) return keys.length === 0 ? "{}" : "{…}";
    const shown = keys.slice(0, PREVIEW_ITEMS);
    const parts = shown.map((key) => `${key}: ${previewPart(read(value, key), depth - 1)}`);
    if (keys.length > shown.length) parts.push("…");
    return `{${parts.join(", ")}}`;
  } catch {
    return "(unreadable)";
  }
}

function previewList(list: readonly unknown[], depth: number): string {
  if (list.length === 0) return "[]";
  if (depth === 0) return `[${list.length}]`;
  const parts = list.slice(0, PREVIEW_ITEMS).map((item) => previewPart(item, depth - 1));
  if (list.length > PREVIEW_ITEMS) parts.push("…");
  return `[${parts.join(", ")}]`;
}
