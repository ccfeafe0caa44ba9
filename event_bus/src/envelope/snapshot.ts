/** A frozen copy of a message, so that nobody changes what another receives. */

import { BusValidationError } from "../errors.ts";

/** Levels of nesting in a message; deeper is taken for a cycle. */
export const MAX_MESSAGE_DEPTH = 100;

/**
 * Copies and freezes an object and the plain objects and arrays in it, reading each value once.
 * Anything else in it (a Date, a Map, an element, an instance of a class) is handed on as it is.
 * Throws BusValidationError where the nesting is deeper than MAX_MESSAGE_DEPTH.
 */
export function snapshot(value: object): object {
  return copyRecord(value, 0);
}

function copyRecord(value: object, depth: number): object {
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const item = copy[key];
    if (typeof item === "object" && item !== null) copy[key] = copyNested(item, depth + 1);
  }
  return Object.freeze(copy);
}

function copyNested(value: object, depth: number): object {
  if (depth > MAX_MESSAGE_DEPTH) {
    throw new BusValidationError(
      "validation",
      `The message is nested deeper than ${MAX_MESSAGE_DEPTH} levels, or refers to itself. ` +
        "Send less of it.",
    );
  }
  if (!Array.isArray(value)) return isPlain(value) ? copyRecord(value, depth) : value;
  // Spread, not slice(): slice asks the array's constructor for the copy.
  const copy: unknown[] = [...value];
  for (let index = 0; index < copy.length; index += 1) {
    const item = copy[index];
    if (typeof item === "object" && item !== null) copy[index] = copyNested(item, depth + 1);
  }
  return Object.freeze(copy);
}

/** An object literal of this or another realm: nothing stands between it and the root. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}
