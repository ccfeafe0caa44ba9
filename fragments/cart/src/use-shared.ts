/** Follows a value that the page shares on its bus. */
import { useMemo, useSyncExternalStore } from "react";
import { type Bus, shared } from "./bus.ts";

/** The value of `key`; undefined on the server and while hydrating, so that nothing mismatches. */
export function useShared<T>(bus: Bus | undefined, key: string): T | undefined {
  const value = useMemo(() => shared<T>(bus, key), [bus, key]);
  return useSyncExternalStore(value.listen, value.get, () => undefined);
}
