/** A store is one of Svelte's as it is: by its type, and with Svelte's own functions. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { derived, get } from "svelte/store";
import type { Readable, Writable } from "svelte/store";

import { openState } from "../state/state.fixture.ts";
import { createStores } from "./create-stores.ts";
import type { Atom, MapStore, ReadableStore, Stores } from "./types.ts";

/** Fails to compile where a store is no store of Svelte's. */
const asSvelte = {
  readable: (store: ReadableStore<string>): Readable<string> => store,
  atom: (store: Atom<string>): Writable<string> => store,
  map: (store: MapStore<{ a: number }>): Writable<{ a: number }> => store,
};

function openStores(): Stores {
  const { bus, state } = openState();
  return createStores(bus, { state, source: "cart" });
}

describe("Svelte", () => {
  test("gets the value of a store", () => {
    const stores = openStores();
    const name = stores.atom("name", "Ann");
    assert.equal(get(asSvelte.atom(name)), "Ann");
    name.set("Bob");
    assert.equal(get(asSvelte.readable(name)), "Bob");
    const cart = stores.map("cart", { a: 1 });
    assert.deepEqual(get(asSvelte.map(cart)), { a: 1 });
    assert.equal(get(stores.computed([name, cart], (x, { a }) => `${x} ${a}`)), "Bob 1");
  });

  test("derives a store of its own, which follows ours", () => {
    const name = openStores().atom("name", "Ann");
    const heard: string[] = [];
    const upper = derived(asSvelte.readable(name), (value) => value.toUpperCase());
    const off = upper.subscribe((value) => heard.push(value));
    name.set("Bob");
    off();
    name.set("Eve");
    assert.deepEqual(heard, ["ANN", "BOB"]);
  });
});
