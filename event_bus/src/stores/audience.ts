/** Who listens to one store, and what runs as long as somebody does. */

import type { Bus } from "../bus/types.ts";
import { tell } from "./tell.ts";

export interface Audience {
  /** Calls each listener because of a change. */
  call(): void;
  /** As `call`, but once only for all that one change reaches it by. */
  pass(): void;
  add(listener: () => void): () => void;
  /** Calls `start` with the first listener, and what it returns after the last. */
  onMount(start: () => void | (() => void)): () => void;
}

/** Counts the changes of all stores. */
let changes = 0;

/** Calls all these listeners because of one change. */
export function announce(audiences: Iterable<Audience>): void {
  changes += 1;
  for (const audience of audiences) audience.call();
}

export function createAudience(bus: Bus): Audience {
  const listeners = new Set<() => void>();
  const mounts = new Set<(on: boolean) => void>();
  let mounted = false;
  let passed = 0;

  function call(): void {
    for (const listener of listeners) listener();
  }

  function mount(on: boolean): void {
    mounted = on;
    for (const turn of mounts) turn(on);
  }

  return {
    call,
    pass() {
      if (passed === changes) return;
      passed = changes;
      call();
    },
    add(listener) {
      listeners.add(listener);
      if (!mounted) mount(true);
      return () => {
        listeners.delete(listener);
        // Later, so that ending one subscription and starting another does not stop and start.
        queueMicrotask(() => {
          if (mounted && listeners.size === 0) mount(false);
        });
      };
    },
    onMount(start) {
      let stop: void | (() => void);
      const turn = (on: boolean): void =>
        tell(bus, () => {
          if (on) stop = start();
          else {
            stop?.();
            stop = undefined;
          }
        });
      mounts.add(turn);
      if (mounted) turn(true);
      return () => {
        mounts.delete(turn);
        turn(false);
      };
    },
  };
}
