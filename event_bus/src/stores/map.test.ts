import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { openPage } from "./stores.fixture.ts";

describe("a map", () => {
  interface Cart {
    items: { id: string; quantity: number }[];
    note?: string;
    owner?: { name: string; age?: number | null };
  }
  const initial: Cart = { items: [{ id: "p1", quantity: 1 }] };

  test("is an empty object unless told otherwise", () => {
    assert.deepEqual(openPage().stores.map("cart").get(), {});
  });

  test("publishes one key as a patch, and the whole where nobody has set it yet", () => {
    const { stores, messages } = openPage();
    const cart = stores.map<Cart>("cart", initial);
    cart.setKey("note", "a gift");
    cart.setKey("note", "two gifts");
    cart.setKey("note", undefined);
    assert.deepEqual(
      messages.map(({ operation, payload }) => [operation, payload]),
      [
        ["replace", { ...initial, note: "a gift" }],
        ["patch", { note: "two gifts" }],
        ["patch", { note: null }],
      ],
    );
    assert.deepEqual(cart.get(), initial);
  });

  test("replaces an object under a key, instead of merging into it", () => {
    const { stores, messages } = openPage();
    const cart = stores.map<Cart>("cart");
    cart.set({ items: [], owner: { name: "Ann", age: 3 } });
    cart.setKey("owner", { name: "Bob" });
    assert.deepEqual(messages.at(-1)?.payload, { owner: { name: "Bob", age: null } });
    assert.deepEqual(cart.get().owner, { name: "Bob" });
  });

  test("publishes the whole where a patch cannot say it: null is a value", () => {
    const { stores, messages } = openPage();
    const cart = stores.map<Cart>("cart");
    cart.set({ items: [], owner: { name: "Ann" } });
    cart.setPath("owner.age", null);
    assert.equal(messages.at(-1)?.operation, "replace");
    assert.deepEqual(cart.get().owner, { name: "Ann", age: null });
  });

  test("reads and sets deep paths, list elements by index", () => {
    const { stores, messages } = openPage();
    const cart = stores.map<Cart>("cart");
    cart.set(initial);
    cart.setPath("items.0.quantity", 5);
    assert.equal(cart.getPath("items.0.quantity"), 5);
    assert.deepEqual(messages.at(-1)?.payload, { items: [{ id: "p1", quantity: 5 }] });
    cart.setPath("items.1", { id: "p2", quantity: 1 });
    cart.setPath("items.0", undefined);
    assert.deepEqual(cart.get().items, [{ id: "p2", quantity: 1 }]);
    cart.setPath("owner.name", "Ann");
    assert.deepEqual(cart.get().owner, { name: "Ann" });
    assert.equal(cart.getPath("owner.name.first.x"), undefined);
    assert.deepEqual(initial.items, [{ id: "p1", quantity: 1 }]);
  });

  test("refuses what is no index of a list", () => {
    const cart = openPage().stores.map<Cart>("cart", initial);
    for (const path of ["items.2", "items.-1", "items.x", "items.4294967295", "items.01"]) {
      assert.throws(() => cart.setPath(path, 1), { name: "BusValidationError" }, path);
    }
  });

  for (const key of ["__proto__", "constructor", "prototype"]) {
    test(`refuses the key ${key}, and reads nothing that is inherited`, () => {
      const cart = openPage().stores.map<Record<string, unknown>>("cart");
      cart.set({ a: {} });
      const refused = { name: "BusValidationError" };
      assert.throws(() => cart.setKey(key, { polluted: 1 }), refused);
      assert.throws(() => cart.setPath(`${key}.polluted`, 1), refused);
      assert.throws(() => cart.setPath(`a.${key}.polluted`, 1), refused);
      assert.throws(() => cart.setKey("a", JSON.parse(`{"${key}": {"polluted": 1}}`)), refused);
      assert.equal("polluted" in {}, false);
      assert.equal(cart.getPath(key), undefined);
      assert.equal(cart.getPath("a.toString"), undefined);
    });
  }

  test("tells a listener of keys and paths of nothing else", () => {
    const { stores } = openPage();
    const cart = stores.map<Cart>("cart");
    cart.set({ items: [{ id: "p1", quantity: 1 }], note: "" });
    const heard: unknown[] = [];
    const off = cart.listenKeys(["note", "items.0.quantity"], ({ note }) => heard.push(note));
    cart.setKey("owner", { name: "Ann" });
    cart.setPath("items.1", { id: "p2", quantity: 1 });
    assert.deepEqual(heard, []);
    cart.setPath("items.0.quantity", 2);
    cart.setKey("note", "x");
    assert.deepEqual(heard, ["", "x"]);
    off();
    cart.setKey("note", "y");
    assert.equal(heard.length, 2);
  });

  test("shares what a change leaves alone", () => {
    const { stores } = openPage();
    const cart = stores.map<Cart>("cart");
    cart.set({ items: [{ id: "p1", quantity: 1 }], note: "" });
    const { items } = cart.get();
    cart.setKey("note", "x");
    assert.equal(cart.get().items, items);
  });
});
