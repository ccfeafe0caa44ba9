/** Reads and changes what lies deep in a frozen value. */

import { isPlain, own, refuseKey } from "../state/merge-patch.ts";
import { refusal } from "../state/refusal.ts";

export const readPath = (value: unknown, path: string): unknown =>
  path.split(".").reduce(own, value);

/**
 * A copy of `container` with `value` at the path `[key, ...rest]`; undefined removes what is there.
 * Where something on the way is neither an object nor a list, an object takes its place.
 * Throws BusValidationError where a list has no such index, and where a key is refused.
 */
export function writePath(
  container: unknown,
  [key = "", ...rest]: readonly string[],
  value: unknown,
): unknown {
  refuseKey(key);
  const item = rest.length > 0 ? writePath(own(container, key), rest, value) : value;
  if (Array.isArray(container)) {
    // Up to the length, so that a list gets no holes.
    if (String(+key >>> 0) !== key || +key > container.length) {
      throw refusal(`A list of ${container.length} has no "${key}".`);
    }
    const list = [...container];
    list.splice(+key, 1, ...(item === undefined ? [] : [item]));
    return list;
  }
  const copy: Record<string, unknown> = { ...(isPlain(container) && container) };
  if (item === undefined) delete copy[key];
  else copy[key] = item;
  return copy;
}
