/** One regression test for each way in which defect 10, of the state, showed itself. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { StateMessageSchema } from "../envelope/messages.ts";
import { change, openState } from "./state.fixture.ts";

describe("known defects stay away", () => {
  test("10: a stale remove is refused, and a removed key does not come back", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    bus.publish(change(5, { items: 1 }));
    const stale = bus.attemptPublish(change(5, undefined, { operation: "remove" }));
    assert.equal(stale.status, "rejected");
    assert.deepEqual(state.getSnapshot("cart"), { items: 1 });

    bus.publish(change(6, undefined, { operation: "remove" }));
    assert.equal(state.getRevision("cart"), undefined);
    assert.equal(state.getSnapshot("cart"), undefined);
    assert.deepEqual(state.entries(), []);
    for (const revision of [0, 5, 6]) {
      assert.throws(() => bus.publish(change(revision, { items: 9 })), /cannot follow 6/);
    }
    assert.equal(state.getSnapshot("cart"), undefined);
    bus.publish(change(7, { items: 2 }));
    assert.equal(state.getRevision("cart"), 7);
  });

  test("10: reset brings back the initial snapshot, and a revision above the current", () => {
    const { bus, state } = openState({
      initialSnapshots: { cart: { items: [] } },
      initialRevisions: { cart: 3 },
    });
    bus.publish(change(4, { items: [1] }));
    bus.publish(change(0, undefined, { operation: "reset" }));
    assert.deepEqual(state.getSnapshot("cart"), { items: [] });
    assert.equal(state.getRevision("cart"), 5);
    bus.publish(change(1, 2, { messageName: "other", stateKey: "other" }));
    bus.publish(change(2, undefined, { stateKey: "other", operation: "reset" }));
    assert.equal(state.getSnapshot("other"), undefined, "it had no initial snapshot");
  });

  test("10: a message that a later hook refuses changes nothing", () => {
    const { bus, state } = openState({ initialSnapshots: { cart: { items: 1 } } });
    let changes = 0;
    state.onChange(() => (changes += 1));
    bus.registerBeforeDeliver(() => {
      throw new Error("no");
    });
    for (const operation of ["replace", "patch", "remove", "reset"]) {
      assert.throws(() => bus.publish(change(9, { items: 2 }, { operation })));
    }
    assert.deepEqual(state.getSnapshot("cart"), { items: 1 });
    assert.equal(state.getRevision("cart"), 0);
    assert.equal(changes, 0);
  });

  test("10: a snapshot is frozen, and no object of a publisher's or the host's", () => {
    const given = { items: [{ id: "p1" }] };
    const initial = { theme: { name: "light" } };
    const { bus, state } = openState({ initialSnapshots: initial });
    bus.publish(change(1, given));
    given.items.push({ id: "p2" });
    initial.theme.name = "dark";
    const cart = state.getSnapshot<typeof given>("cart");
    assert.deepEqual(cart, { items: [{ id: "p1" }] });
    assert.throws(() => cart?.items.pop(), TypeError);
    assert.deepEqual(state.getSnapshot("theme"), { name: "light" });
    assert.ok(Object.isFrozen(state.getSnapshot("theme")));
    bus.publish(change(2, { total: { cents: 1 } }, { operation: "patch" }));
    assert.throws(() => Object.assign(state.getSnapshot("cart") as object, { x: 1 }), TypeError);
    assert.equal(state.getSnapshot<typeof given>("cart")?.items, cart?.items, "shared, not copied");
  });

  for (const key of ["__proto__", "constructor", "prototype"]) {
    test(`10: a patch that reaches for ${key} is refused and sets no prototype`, () => {
      const { bus, state } = openState({ initialSnapshots: { cart: { a: {} } } });
      const payloads = [`{"${key}": {"polluted": 1}}`, `{"a": {"${key}": {"polluted": 1}}}`];
      for (const payload of payloads) {
        const outcome = bus.attemptPublish(
          change(1, JSON.parse(payload), { operation: "patch" }),
        );
        assert.equal(outcome.status, "rejected");
        assert.equal(outcome.error.code, "validation");
      }
      assert.equal("polluted" in {}, false);
      assert.equal("polluted" in (state.getSnapshot("cart") as object), false);
      assert.equal(state.getRevision("cart"), 0);
    });

    test(`10: ${key} is a state key like any other`, () => {
      const { bus, state } = openState();
      assert.equal(state.getSnapshot(key), undefined);
      bus.publish(change(1, { polluted: 1 }, { stateKey: key, messageName: key }));
      assert.deepEqual(state.getSnapshot(key), { polluted: 1 });
      assert.equal("polluted" in {}, false);
    });
  }

  test("10: a state message of an extended schema changes the state as any other", () => {
    const payload = {
      safeParse: (value: unknown) => ({
        success: true as const,
        data: { seen: 1, ...(value as object) },
      }),
    };
    const validators = { cart: StateMessageSchema.extend({ payload }) };
    const { bus, state } = openState({}, { validators });
    bus.publish(change(1, { items: 1 }));
    assert.deepEqual(state.getSnapshot("cart"), { seen: 1, items: 1 });
  });
});
