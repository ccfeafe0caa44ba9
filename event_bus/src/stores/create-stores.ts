/** The stores of one fragment: what it sets is published, what it reads is the page's state. */

import type { Bus } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { StateMessage } from "../envelope/types.ts";
import { BusPolicyError } from "../errors.ts";
import { diffPatch, isPlain } from "../state/merge-patch.ts";
import type { StateSyncCoordinator } from "../state/types.ts";
import { announce, createAudience } from "./audience.ts";
import type { Audience } from "./audience.ts";
import { compute, differ } from "./computed.ts";
import { readPath, writePath } from "./paths.ts";
import { createReadables } from "./readable.ts";
import type { MapStore, Stores } from "./types.ts";

export interface CreateStoresOptions {
  readonly state: StateSyncCoordinator;
  /** Who publishes what is set. */
  readonly source: string;
  /** Whether the source may read the messages of this name; all unless given. */
  readonly canRead?: ((messageName: string) => boolean) | undefined;
  /** Ends the stores when it aborts: their listeners, and the right to read and to set. */
  readonly signal?: AbortSignal | undefined;
}

/** What all stores of a page share, whichever fragment they are of. */
interface Page {
  /** By state key. */
  readonly audiences: Record<string, Audience>;
  /** Who is to be called at the end of a batch. */
  held?: Set<Audience> | undefined;
}

type Value = Record<string, unknown>;

const pages = new WeakMap<StateSyncCoordinator, Page>();

const record = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

function openPage(state: StateSyncCoordinator): Page {
  const page: Page = { audiences: record() };
  pages.set(state, page);
  state.onChange((key) => {
    const audience = page.audiences[key];
    if (!audience) return;
    if (page.held) page.held.add(audience);
    else announce([audience]);
  });
  return page;
}

/**
 * Stores with one name for all that they set. Shared values are frozen. To set undefined is to
 * remove the value; `get` then says the initial one again. A batch that throws publishes nothing;
 * a refusal ends the publishing of a batch.
 */
export function createStores(bus: Bus, options: CreateStoresOptions): Stores {
  const { state, source, canRead, signal } = options;
  const page = pages.get(state) ?? openPage(state);
  const stores = record<MapStore<Value>>();
  const initials = record<unknown>();
  const ends = new Set<() => void>();
  /** What is set in a batch; `whole`: not by its keys alone. */
  let pending: Map<string, { value: unknown; whole: boolean }> | undefined;

  signal?.addEventListener("abort", () => {
    for (const end of ends) end();
  });

  const readable = createReadables(bus, (end) => {
    const once = (): void => {
      if (ends.delete(once)) end();
    };
    ends.add(once);
    return once;
  });

  function refuseUnless(allowed: boolean | undefined, key: string): void {
    if (signal?.aborted || allowed === false) {
      throw new BusPolicyError(`"${source}" may not use "${key}".`);
    }
  }

  function write(key: string, value: unknown, whole: boolean): void {
    refuseUnless(true, key);
    if (pending) {
      pending.set(key, { value, whole: whole || pending.get(key)?.whole === true });
      return;
    }
    const { value: before, revision = 0 } = state.getEntry(key) ?? {};
    const patch = whole || !isPlain(before) ? null : diffPatch(before, value);
    const outcome = bus.attemptPublish(
      completeMessage({
        kind: "state",
        messageName: key,
        stateKey: key,
        source,
        operation: value === undefined ? "remove" : patch ? "patch" : "replace",
        revision: revision + 1,
        payload: patch ?? value,
      }) as unknown as StateMessage,
    );
    if (outcome.status === "rejected") throw outcome.error;
  }

  function createStore(key: string): MapStore<Value> {
    const value = (): Value => {
      const now = pending?.has(key) ? pending.get(key)?.value : state.getSnapshot(key);
      return (now === undefined ? initials[key] : now) as Value;
    };
    const get = (): Value => {
      refuseUnless(canRead?.(state.getEntry(key)?.messageName ?? key), key);
      return value();
    };
    const set = (next: Value): void => write(key, next, true);
    const change = (path: readonly string[], next: unknown): void =>
      write(key, writePath(value(), path, next), false);
    const store = readable.create(get, (page.audiences[key] ??= createAudience(bus)), {
      key,
      set,
      update: (next: (value: Value) => Value) => set(next(get())),
      setKey: (name: string, next: unknown) => change([name], next),
      getPath: (path: string) => readPath(get(), path),
      setPath: (path: string, next: unknown) => change(path.split("."), next),
      listenKeys(paths: readonly string[], listener: (value: Value) => void) {
        const read = (): unknown[] => paths.map(store.getPath);
        let last = read();
        return store.listen((next) => {
          const now = read();
          if (!differ(now, last)) return;
          last = now;
          listener(next);
        });
      },
    });
    return store;
  }

  /** One store a key: a map is an atom with more to it. */
  function storeOf(key: string, initial: unknown): never {
    initials[key] ??= initial;
    return (stores[key] ??= createStore(key)) as never;
  }

  return {
    atom: (key: string, initial?: unknown) => storeOf(key, initial),
    map: (key, initial) => storeOf(key, initial ?? {}),
    computed(from, make) {
      const audience = createAudience(bus);
      audience.onMount(() => {
        const offs = from.map((store) => readable.watch(store, audience.pass));
        return () => {
          for (const off of offs) off();
        };
      });
      return readable.create(compute(from, make as never), audience);
    },
    batch(change) {
      if (pending) return change();
      const { held } = page;
      const mine = (page.held ??= new Set());
      pending = new Map();
      try {
        const result = change();
        const changes = pending;
        pending = undefined;
        for (const [key, { value, whole }] of changes) write(key, value, whole);
        return result;
      } finally {
        pending = undefined;
        page.held = held;
        if (!held) announce(mine);
      }
    },
    onMount: readable.onMount,
  };
}
