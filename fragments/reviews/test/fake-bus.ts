/** A bus as the host gives one, whose values the test sets. */
import type { Bus } from "../src/bus.ts";

export interface FakeBus extends Bus {
  /** How many listen. */
  readonly open: () => number;
  readonly set: (key: string, value: unknown) => void;
}

export function createFakeBus(initial: Record<string, unknown> = {}): FakeBus {
  const values = new Map(Object.entries(initial));
  const listeners = new Set<{ readonly key: string; readonly call: () => void }>();
  return {
    atom: <T>(key: string) => ({
      subscribe(listener: (value: T | undefined) => void) {
        const call = (): void => listener(values.get(key) as T | undefined);
        const entry = { key, call };
        listeners.add(entry);
        call();
        return () => listeners.delete(entry);
      },
    }),
    open: () => listeners.size,
    set(key, value) {
      values.set(key, value);
      for (const listener of listeners) if (listener.key === key) listener.call();
    },
  };
}
