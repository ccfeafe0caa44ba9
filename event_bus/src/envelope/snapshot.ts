/** A frozen copy of a message, so that nobody changes what another receives. */

import { BusValidationError } from "../errors.ts";

/** Levels of nesting in a message; deeper is taken for a cycle. */
export const MAX_MESSAGE_DEPTH = 100;

/**
 * Copies and freezes a value and the plain objects and arrays in it, reading each of them once.
 * Anything else in it (a Date, a Map, an element, an instance of a class) is handed on as it is;
 * the value itself becomes an object in any case.
 * Throws BusValidationError where the nesting is deeper than MAX_MESSAGE_DEPTH.
 */
export function snapshot(value: unknown, depth: number = 0): object {
  if (depth > MAX_MESSAGE_DEPTH) {
    throw new BusValidationError(
      "validation",
      `A message is a cycle, or deeper than ${MAX_MESSAGE_DEPTH} levels.`,
    );
  }
  if (Array.isArray(value)) {
    // Spread, not slice(): slice asks the array's constructor for the copy.
    const inner = depth + 1;
    return Object.freeze([...value].map((item) => (isObject(item) ? snapshot(item, inner) : item)));
  }
  if (depth && !isPlain(value as object)) return value as object;
  const copy: Record<string, unknown> = { ...(value as object) };
  for (const key in copy) {
    const item = copy[key];
    if (isObject(item)) copy[key] = snapshot(item, depth + 1);
  }
  return Object.freeze(copy);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** An object literal of this or another realm: nothing stands between it and the root. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype || prototype === null || !Object.getPrototypeOf(prototype)
  );
}
