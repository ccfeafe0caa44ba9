import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { change, openState } from "../state/state.fixture.ts";
import { createStores } from "./create-stores.ts";
import { openPage, tick } from "./stores.fixture.ts";

describe("an atom", () => {
  test("publishes what it is set to, under its key and the fragment's name", () => {
    const { stores, state, messages } = openPage();
    const locale = stores.atom("locale", "en");
    assert.equal(locale.key, "locale");
    assert.equal(locale.get(), "en");
    assert.equal(state.getSnapshot("locale"), undefined, "the initial value is not shared");
    locale.set("de");
    locale.update((value) => `${value}-AT`);
    assert.equal(locale.get(), "de-AT");
    assert.deepEqual(
      messages.map(({ messageName, stateKey, source, kind, operation, revision, payload }) => [
        messageName,
        stateKey,
        source,
        kind,
        operation,
        revision,
        payload,
      ]),
      [
        ["locale", "locale", "cart", "state", "replace", 1, "de"],
        ["locale", "locale", "cart", "state", "replace", 2, "de-AT"],
      ],
    );
  });

  test("has its new value at once, and tells of it when the message is delivered", async () => {
    const { stores } = openPage({ dispatch: "microtask" });
    const count = stores.atom("count", 0);
    const heard: number[] = [];
    count.listen((value) => heard.push(value));
    count.set(1);
    count.set(2);
    assert.equal(count.get(), 2);
    assert.deepEqual(heard, []);
    await tick();
    assert.deepEqual(heard, [2], "not 1, which is older than what get says");
  });

  test("is the same for every fragment of the page, and one object in each", () => {
    const { stores, of } = openPage();
    const other = of("recs").atom("count", 0);
    assert.equal(stores.atom("count", 0), stores.atom("count", 0));
    assert.notEqual(stores.atom("count"), other);
    stores.atom("count").set(5);
    assert.equal(other.get(), 5);
  });

  test("takes the first initial value that it is given", () => {
    const { stores } = openPage();
    assert.equal(stores.atom("count").get(), undefined);
    assert.equal(stores.atom("count", 3).get(), 3);
    assert.equal(stores.atom("count", 4).get(), 3);
  });

  test("has its initial value again once its value is removed", () => {
    const { stores, state, messages } = openPage();
    const name = stores.atom<string | undefined>("name", "nobody");
    name.set("Ann");
    name.set(undefined);
    assert.equal(messages.at(-1)?.operation, "remove");
    assert.equal(name.get(), "nobody");
    assert.deepEqual(state.entries(), []);
    name.set("Bob");
    assert.equal(state.getRevision("name"), 3, "revisions go on");
  });

  test("can be null", () => {
    const { stores } = openPage();
    const user = stores.atom<{ id: number } | null>("user", { id: 1 });
    user.set(null);
    assert.equal(user.get(), null);
  });

  test("works on after somebody removed its value, under reject-if-stale", () => {
    const { bus, state } = openState({ conflictStrategy: "reject-if-stale" });
    const count = createStores(bus, { state, source: "cart" }).atom("cart", 0);
    bus.publish(change(7, 1));
    bus.publish(change(8, undefined, { operation: "remove" }));
    count.set(2);
    assert.equal(state.getRevision("cart"), 9);
  });
});

describe("a listener", () => {
  test("of subscribe is called at once, of listen at the next change", () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    const heard: string[] = [];
    const offs = [
      count.subscribe((value) => heard.push(`subscribe ${value}`)),
      count.listen((value) => heard.push(`listen ${value}`)),
    ];
    count.set(1);
    for (const off of offs) off();
    for (const off of offs) off();
    count.set(2);
    assert.deepEqual(heard, ["subscribe 0", "subscribe 1", "listen 1"]);
  });

  test("is not called where the value is the same", () => {
    const { stores, messages } = openPage();
    const count = stores.atom("count", 1);
    let calls = 0;
    count.listen(() => (calls += 1));
    count.set(1);
    count.set(NaN);
    count.set(NaN);
    assert.equal(calls, 1);
    assert.equal(messages.length, 3, "but each is published");
  });

  test("hears a change that another listener makes after the change itself, once", () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    const first: number[] = [];
    const second: number[] = [];
    count.listen((value) => {
      first.push(value);
      if (value === 1) count.set(2);
    });
    count.listen((value) => second.push(value));
    count.set(1);
    assert.deepEqual(first, [1, 2]);
    assert.deepEqual(second, [2], "never an older value than get says");
  });

  test("that comes during a call hears nothing twice, and one that goes hears no more", () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    const heard: string[] = [];
    count.listen((value) => {
      heard.push(`first ${value}`);
      off();
      count.subscribe((late) => heard.push(`late ${late}`));
    });
    const off = count.listen((value) => heard.push(`gone ${value}`));
    count.set(1);
    assert.deepEqual(heard, ["first 1", "late 1"]);
  });

  test("that throws stops nobody and is reported", (t) => {
    const errors: unknown[] = [];
    const printed = t.mock.method(console, "error", () => undefined);
    const { stores } = openPage({
      observability: { onError: (error, context) => errors.push([String(error), context]) },
    });
    const count = stores.atom("count", 0);
    let heard = 0;
    const failing = (): never => {
      throw new Error("listener");
    };
    count.subscribe(failing);
    count.subscribe((value) => (heard = value));
    count.set(1);
    assert.equal(heard, 1);
    assert.deepEqual(errors, [
      ["Error: listener", "subscriber"],
      ["Error: listener", "subscriber"],
    ]);
    assert.equal(printed.mock.callCount(), 2, "Node has no reportError");
  });

  test("hears what the page's own bus changes", () => {
    const { bus, stores } = openPage();
    const heard: unknown[] = [];
    stores.map("cart").listen((value) => heard.push(value));
    bus.publish(change(3, { a: 1 }));
    bus.publish(change(4, { b: 1 }, { operation: "patch" }));
    assert.deepEqual(heard, [{ a: 1 }, { a: 1, b: 1 }]);
  });
});
