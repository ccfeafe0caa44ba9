/** Random interleavings of writers: revisions never go back, whoever writes what and is refused. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";

import { change, openState } from "./state.fixture.ts";
import type { ConflictStrategy } from "./types.ts";

interface Step {
  readonly writer: string;
  readonly key: "cart" | "theme";
  readonly operation: "replace" | "patch" | "remove" | "reset";
  /** Below the current revision, at it, or above. */
  readonly offset: number;
  readonly payload: unknown;
  readonly veto: "none" | "before" | "after";
  /** Whether what is queued is delivered before the next step. */
  readonly deliver: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  writer: fc.constantFrom("host", "cart", "recs"),
  key: fc.constantFrom("cart", "theme"),
  operation: fc.constantFrom("replace", "patch", "remove", "reset"),
  offset: fc.integer({ min: -3, max: 3 }),
  payload: fc.oneof(
    fc.dictionary(fc.constantFrom("a", "b", "c"), fc.option(fc.integer(), { freq: 3 }), {
      noNullPrototype: true,
    }),
    fc.jsonValue({ maxDepth: 2 }),
  ),
  veto: fc.constantFrom("none", "none", "before", "after"),
  deliver: fc.boolean(),
});

const dangerous = /__proto__|constructor|prototype/;

async function run(strategy: ConflictStrategy, dispatch: "sync" | "microtask", steps: Step[]) {
  let veto = "none";
  const initialSnapshots = { cart: { a: 0 } };
  const { bus, state } = openState(
    {
      initialSnapshots,
      conflictStrategy: strategy,
      customConflict: ({ incoming }) => (incoming.source === "host" ? "accept" : "reject"),
    },
    {
      dispatch,
      policy: () => {
        if (veto === "before") throw new Error("vetoed");
      },
    },
  );
  bus.registerBeforeDeliver(() => {
    if (veto === "after") throw new Error("vetoed");
  });
  const heard = new Map<string, unknown>([["cart", state.getSnapshot("cart")]]);
  state.onChange((key) => heard.set(key, state.getSnapshot(key)));

  for (const { writer, key, operation, offset, payload, deliver, ...given } of steps) {
    veto = given.veto;
    const before = state.getEntry(key);
    const current = before?.revision ?? 0;
    const revision = Math.max(0, current + offset);
    const outcome = bus.attemptPublish(
      change(revision, payload, { source: writer, stateKey: key, messageName: key, operation }),
    );
    const after = state.getEntry(key);
    if (outcome.status === "rejected") {
      assert.equal(after, before, "a refused message changes nothing");
    } else {
      assert.ok(after, "a message that is taken leaves an entry");
      assert.ok(after.revision > (before?.revision ?? -1), "revisions go on");
      if (operation === "replace") assert.deepEqual(after.value, payload);
      if (operation === "remove") assert.equal(state.getRevision(key), undefined);
      if (operation === "reset" && key === "cart") assert.deepEqual(after.value, { a: 0 });
      assert.ok(before === undefined || revision > current || strategy !== "reject-if-stale");
    }
    const clean = !(operation === "patch" && dangerous.test(JSON.stringify(payload)));
    if (veto === "none" && clean && (before === undefined || offset > 0)) {
      assert.equal(outcome.status, "delivered", "nothing but a veto refuses a fresh revision");
    }
    if (veto !== "none") assert.equal(outcome.status, "rejected");
    if (deliver) await Promise.resolve();
  }
  await Promise.resolve();
  for (const key of ["cart", "theme"]) {
    assert.equal(heard.get(key), state.getSnapshot(key), "what is heard last is what is there");
  }
}

describe("revisions never go back", () => {
  for (const strategy of ["last-writer-wins", "reject-if-stale", "custom"] as const) {
    for (const dispatch of ["sync", "microtask"] as const) {
      test(`under ${strategy}, ${dispatch}`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
            run(strategy, dispatch, steps),
          ),
          { numRuns: 150 },
        );
      });
    }
  }
});
