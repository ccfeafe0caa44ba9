/** JSON Merge Patch (RFC 7396) on frozen values: what it leaves alone is shared, not copied. */

import { refusal } from "./refusal.ts";

type PlainObject = Readonly<Record<string, unknown>>;

/** An object literal of any realm. A Date, say, is a value like any other. */
export function isPlain(value: unknown): value is PlainObject {
  if (typeof value !== "object" || !value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}

/** A property of the value's own: what it inherits is nobody's state. */
export function own(value: unknown, key: string): unknown {
  return value != null && Object.hasOwn(value, key) ? (value as PlainObject)[key] : undefined;
}

/** Throws BusValidationError for the keys by which a prototype is reached. */
export function refuseKey(key: string): void {
  if (/^(__proto__|constructor|prototype)$/.test(key)) {
    throw refusal(`State must not have the key "${key}".`);
  }
}

/**
 * `target` as `patch` changes it; `target` itself where nothing changes. Both must be frozen, as a
 * message is, which bounds their depth too. A key that is undefined in the patch is left alone, as
 * it does not exist in JSON. Throws BusValidationError where a key is refused.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const before = isPlain(target) ? target : {};
  const after: Record<string, unknown> = { ...before };
  let changed = before !== target;
  for (const key of Object.keys(patch)) {
    refuseKey(key);
    const item = patch[key];
    if (item === null) delete after[key];
    else if (item !== undefined) after[key] = mergePatch(own(before, key), item);
    changed ||= !Object.is(own(after, key), own(before, key));
  }
  return changed ? Object.freeze(after) : target;
}

/**
 * The patch that leads from one value to the other; null where none does, because null in a patch
 * removes. Throws BusValidationError where a key is refused.
 */
export function diffPatch(before: unknown, after: unknown): unknown {
  if (!isPlain(after)) return after;
  const from = isPlain(before) ? before : {};
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys({ ...from, ...after })) {
    refuseKey(key);
    if (Object.is(own(after, key), own(from, key))) continue;
    const item = diffPatch(own(from, key), own(after, key));
    if (item === null) return item;
    patch[key] = item ?? null;
  }
  return patch;
}
