import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TopicRegistry } from "../bus/registry.ts";
import { change, openState } from "./state.fixture.ts";
import type { StateSyncCustomContext } from "./types.ts";

describe("shared state", () => {
  test("is there at once, and told when the message is delivered", async () => {
    const { bus, state } = openState({}, { dispatch: "microtask" });
    const heard: unknown[] = [];
    state.onChange((key) => heard.push([key, state.getSnapshot(key)]));
    bus.publish(change(1, "a"));
    assert.equal(state.getSnapshot("cart"), "a");
    assert.deepEqual(heard, []);
    await Promise.resolve();
    assert.deepEqual(heard, [["cart", "a"]]);
  });

  test("lists each key that has a value, with the message that changed it last", () => {
    const { bus, state } = openState({ initialSnapshots: { theme: "dark" } });
    const message = change(4, { a: 1 }, { messageName: "cart:changed" });
    bus.publish(message);
    assert.deepEqual(state.entries(), [
      { stateKey: "theme", messageName: "theme", revision: 0, messageId: "", value: "dark" },
      {
        stateKey: "cart",
        messageName: "cart:changed",
        revision: 4,
        messageId: message.messageId,
        value: { a: 1 },
      },
    ]);
    assert.ok(state.entries().every(Object.isFrozen));
    assert.equal(state.getEntry("cart"), state.entries()[1]);
  });

  test("keeps the revision of a removed key in its entry", () => {
    const { bus, state } = openState();
    bus.publish(change(4, 1));
    bus.publish(change(5, undefined, { operation: "remove" }));
    assert.equal(state.getEntry("cart")?.revision, 5);
    assert.equal(state.getEntry("cart")?.value, undefined);
    assert.equal(state.getEntry("never"), undefined);
  });

  test("knows an initial revision without a snapshot", () => {
    const { state } = openState({ initialRevisions: { cart: 7 } });
    assert.equal(state.getRevision("cart"), 7);
    assert.equal(state.getSnapshot("cart"), undefined);
    assert.deepEqual(state.entries(), []);
  });

  test("takes a first message of any revision", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    bus.publish(change(0, "a"));
    assert.equal(state.getRevision("cart"), 0);
  });

  test("is not attached where it is not enabled", () => {
    const { bus, state } = openState({ enabled: false });
    bus.publish(change(1, "a"));
    assert.equal(state.getSnapshot("cart"), undefined);
  });

  test("leaves the bus alone once disposed", () => {
    const { bus, state } = openState();
    let changes = 0;
    state.onChange(() => (changes += 1));
    state.dispose();
    bus.publish(change(1, "a"));
    assert.equal(state.getSnapshot("cart"), undefined);
    assert.equal(changes, 0);
  });

  test("tells a listener nothing once it has ended", () => {
    const { bus, state } = openState();
    let changes = 0;
    const off = state.onChange(() => (changes += 1));
    bus.publish(change(1, "a"));
    off();
    off();
    bus.publish(change(2, "b"));
    assert.equal(changes, 1);
  });

  test("tells every listener, whichever throws", () => {
    const errors: unknown[] = [];
    const { bus, state } = openState({}, { onSubscriberError: (error) => errors.push(error) });
    let changes = 0;
    state.onChange(() => {
      throw new Error("listener");
    });
    state.onChange(() => (changes += 1));
    bus.publish(change(1, "a"));
    assert.equal(changes, 1);
    assert.equal(errors.length, 1);
  });
});

describe("a stale message", () => {
  test("is the last writer unless told otherwise, and its revision is one above", () => {
    const { bus, state } = openState();
    bus.publish(change(5, "a"));
    bus.publish(change(2, "b"));
    assert.equal(state.getSnapshot("cart"), "b");
    assert.equal(state.getRevision("cart"), 6);
  });

  test("is refused under reject-if-stale, with both revisions in the text", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    bus.publish(change(5, "a"));
    assert.throws(() => bus.publish(change(5, "b")), {
      name: "BusValidationError",
      code: "validation",
      message: 'State "cart": revision 5 cannot follow 5.',
    });
    assert.equal(state.getSnapshot("cart"), "a");
  });

  test("is what customConflict says", () => {
    const asked: StateSyncCustomContext[] = [];
    const { bus, state } = openState({
      conflictStrategy: "custom",
      customConflict(context) {
        asked.push(context);
        return context.incoming.payload === "yes" ? "accept" : "reject";
      },
    });
    bus.publish(change(5, "a"));
    assert.equal(bus.attemptPublish(change(4, "no")).status, "rejected");
    assert.equal(bus.attemptPublish(change(4, "yes")).status, "delivered");
    assert.equal(state.getRevision("cart"), 6);
    assert.deepEqual(
      asked.map(({ stateKey, currentRevision, currentSnapshot }) => [
        stateKey,
        currentRevision,
        currentSnapshot,
      ]),
      [
        ["cart", 5, "a"],
        ["cart", 5, "a"],
      ],
    );
  });

  test("is refused where customConflict throws or is missing", () => {
    const failing = (): never => {
      throw new Error("broken");
    };
    for (const customConflict of [failing, undefined]) {
      const { bus, state } = openState({ conflictStrategy: "custom", customConflict });
      bus.publish(change(5, "a"));
      assert.equal(bus.attemptPublish(change(4, "b")).status, "rejected");
      assert.equal(state.getSnapshot("cart"), "a");
    }
  });

  test("does not use up the revisions, whatever number it claims", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    for (const revision of [1e300, Number.MAX_SAFE_INTEGER, 2 ** 52 + 1]) {
      assert.equal(bus.attemptPublish(change(revision, "evil")).status, "rejected");
    }
    bus.publish(change(2 ** 52, "far"));
    bus.publish(change(2 ** 52 + 1, "on"));
    assert.equal(state.getSnapshot("cart"), "on");
  });
});

describe("a state schema", () => {
  const schemas = {
    cart: {
      safeParse: (value: unknown) =>
        Array.isArray((value as { items?: unknown }).items)
          ? { success: true as const, data: value }
          : {
              success: false as const,
              error: { issues: [{ path: ["items"], message: "must be a list" }] },
            },
    },
  };

  test("holds after a patch too", () => {
    const { bus, state } = openState({ schemas });
    bus.publish(change(1, { items: [1] }));
    bus.publish(change(2, { note: "x" }, { operation: "patch" }));
    assert.throws(() => bus.publish(change(3, { items: null }, { operation: "patch" })), {
      name: "BusValidationError",
      message: 'State "cart": items must be a list.',
      issues: [{ path: ["items"], message: "must be a list" }],
    });
    assert.deepEqual(state.getSnapshot("cart"), { items: [1], note: "x" });
    assert.equal(state.getRevision("cart"), 2);
  });

  test("says nothing of a key without a value, nor of other keys", () => {
    const { bus, state } = openState({ schemas });
    bus.publish(change(1, { items: [1] }));
    bus.publish(change(2, undefined, { operation: "remove" }));
    bus.publish(change(1, 5, { messageName: "toString", stateKey: "toString" }));
    assert.equal(state.getSnapshot("toString"), 5);
  });
});

describe("who may change a key", () => {
  const registry = new TopicRegistry();
  registry.register({ messageName: "cart", allowedPublishers: ["host"] });

  test("is what the registry says for the key, under whichever message name", () => {
    const { bus, state } = openState({}, { registry });
    bus.publish(change(1, "host's", { source: "host" }));
    for (const messageName of ["cart", "innocent"]) {
      assert.throws(() => bus.publish(change(2, "evil", { source: "evil", messageName })), {
        name: "BusPolicyError",
        code: "unauthorized",
      });
    }
    bus.publish(change(2, "host's too", { source: "host", messageName: "innocent" }));
    assert.equal(state.getSnapshot("cart"), "host's too");
  });
});

describe("a change that is published while another is decided", () => {
  test("does not take the revisions back, and keeps what it set", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    let nested = false;
    bus.registerBeforeDeliver(() => {
      if (nested) return;
      nested = true;
      bus.publish(change(9, { b: 1 }, { operation: "patch" }));
    });
    bus.publish(change(1, { a: 1 }, { operation: "patch" }));
    assert.deepEqual(state.getSnapshot("cart"), { a: 1, b: 1 });
    assert.equal(state.getRevision("cart"), 10);
  });
});
