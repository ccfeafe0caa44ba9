/** Stores against a model of two lines: the values as they were set, and who has heard what. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";

import { openState } from "../state/state.fixture.ts";
import { createStores } from "./create-stores.ts";
import type { Atom, MapStore, ReadableStore } from "./types.ts";

type Key = "a" | "b";
type Record_ = Record<string, unknown>;

type Step =
  | { do: "set"; fragment: number; key: Key; value: number }
  | { do: "setKey"; fragment: number; key: string; value: unknown }
  | { do: "batch"; fragment: number; fails: boolean; steps: Step[] }
  | { do: "listen"; fragment: number; to: number; now: boolean }
  | { do: "end"; index: number }
  | { do: "deliver" };

const fragment = fc.integer({ min: 0, max: 1 });
const change: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("set" as const),
    fragment,
    key: fc.constantFrom<Key>("a", "b"),
    value: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    do: fc.constant("setKey" as const),
    fragment,
    key: fc.constantFrom("x", "y"),
    value: fc.constantFrom(undefined, null, 1, 2, { z: 1 }, { z: null, w: [1, null] }),
  }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: change, weight: 4 },
  fc.record({
    do: fc.constant("batch" as const),
    fragment,
    fails: fc.boolean(),
    steps: fc.array(change, { maxLength: 4 }),
  }),
  fc.record({
    do: fc.constant("listen" as const),
    fragment,
    to: fc.integer({ min: 0, max: 4 }),
    now: fc.boolean(),
  }),
  fc.record({ do: fc.constant("end" as const), index: fc.nat(5) }),
  fc.record({ do: fc.constant("deliver" as const) }),
);

interface Fragment {
  readonly atoms: Record<Key, Atom<number>>;
  readonly map: MapStore<Record_>;
  readonly all: readonly ReadableStore<unknown>[];
  batch<R>(run: () => R): R;
}

interface Listening {
  readonly store: ReadableStore<unknown>;
  readonly heard: unknown[];
  readonly off: () => void;
  ended: boolean;
}

async function run(dispatch: "sync" | "microtask", steps: readonly Step[]): Promise<void> {
  /** What a listener throws stops nobody: an assertion in one is found here. */
  const errors: unknown[] = [];
  const { bus, state } = openState(
    { conflictStrategy: "reject-if-stale" },
    { dispatch, observability: { onError: (error) => errors.push(error) } },
  );
  const fragments = ["cart", "recs"].map((source): Fragment => {
    const { atom, map: mapOf, computed, batch } = createStores(bus, { state, source });
    const atoms = { a: atom("a", 0), b: atom("b", 0) };
    const map = mapOf<Record_>("map");
    const sum = computed([atoms.a, atoms.b], (a, b) => a + b);
    const view = computed([sum, atoms.a, map], (total, a, { x }) => {
      assert.equal(total, atoms.a.get() + atoms.b.get(), "no computed store sees half a change");
      return `${total} ${a} ${JSON.stringify(x)}`;
    });
    return { atoms, map, all: [atoms.a, atoms.b, map, sum, view], batch };
  });
  const model = { a: 0, b: 0, map: {} as Record_ };
  const listening: Listening[] = [];

  function apply(now: Step, only?: number): void {
    if (now.do !== "set" && now.do !== "setKey") return;
    const { atoms, map } = fragments[only ?? now.fragment] as Fragment;
    if (now.do === "set") {
      atoms[now.key].set(now.value);
      model[now.key] = now.value;
    } else {
      map.setKey(now.key, now.value);
      const { [now.key]: _, ...rest } = model.map;
      model.map = now.value === undefined ? rest : { ...rest, [now.key]: now.value };
    }
  }

  function check(index: number): void {
    const { atoms, map, all } = fragments[index] as Fragment;
    assert.deepEqual([atoms.a.get(), atoms.b.get(), map.get()], [model.a, model.b, model.map]);
    const sum = model.a + model.b;
    assert.deepEqual(
      [all[3]?.get(), all[4]?.get()],
      [sum, `${sum} ${model.a} ${JSON.stringify(model.map["x"])}`],
    );
  }

  for (const now of steps) {
    if (now.do === "batch") {
      const before = { ...model };
      const { batch } = fragments[now.fragment] as Fragment;
      const failure = new Error("batch");
      try {
        batch(() => {
          for (const inner of now.steps) apply(inner, now.fragment);
          check(now.fragment);
          if (now.fails) throw failure;
        });
      } catch (error) {
        if (error !== failure) throw error;
        Object.assign(model, before);
      }
    } else if (now.do === "listen") {
      const store = (fragments[now.fragment] as Fragment).all[now.to] as ReadableStore<unknown>;
      const heard: unknown[] = [];
      const hear = (value: unknown): void => {
        assert.equal(value, store.get(), "what a listener is given is what get says");
        assert.equal(heard.length > 0 && Object.is(heard.at(-1), value), false, "once a change");
        heard.push(value);
      };
      if (!now.now) heard.push(store.get());
      const off = now.now ? store.subscribe(hear) : store.listen(hear);
      listening.push({ store, heard, ended: false, off });
    } else if (now.do === "end") {
      const one = listening[now.index];
      one?.off();
      if (one) one.ended = true;
    } else if (now.do === "deliver") await Promise.resolve();
    else apply(now);
    check(0);
    check(1);
  }
  await Promise.resolve();
  assert.deepEqual(errors, []);
  for (const { store, heard, ended } of listening) {
    if (!ended) assert.equal(heard.at(-1), store.get(), "who listens has heard the last value");
  }
}

describe("stores are what was set last, and listeners hear it", () => {
  for (const dispatch of ["sync", "microtask"] as const) {
    test(dispatch, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), (steps) => run(dispatch, steps)),
        { numRuns: 300 },
      );
    });
  }
});
