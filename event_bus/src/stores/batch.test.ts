import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TopicRegistry } from "../bus/registry.ts";
import { openPage } from "./stores.fixture.ts";

describe("a batch", () => {
  test("publishes once a store, at its end, and returns what its function returns", () => {
    const { stores, messages } = openPage();
    const [a, cart] = [stores.atom("a", 0), stores.map<Record<string, number>>("cart")];
    cart.set({ x: 0, y: 0 });
    const heard: number[] = [];
    const sum = stores.computed([a, cart], (value, { x = 0 }) => value + x);
    sum.listen((value) => heard.push(value));
    const result = stores.batch(() => {
      a.set(1);
      a.set(2);
      cart.setKey("x", 10);
      stores.batch(() => cart.setKey("y", 5));
      assert.equal(messages.length, 1);
      assert.deepEqual([a.get(), cart.get()["y"], sum.get()], [2, 5, 12]);
      return "done";
    });
    assert.equal(result, "done");
    assert.deepEqual(
      messages.slice(1).map(({ operation, payload }) => [operation, payload]),
      [
        ["replace", 2],
        ["patch", { x: 10, y: 5 }],
      ],
    );
    assert.deepEqual(heard, [12], "and never the half of it");
  });

  test("publishes the whole of a store that was set as a whole", () => {
    const { stores, messages } = openPage();
    const cart = stores.map<Record<string, number>>("cart");
    cart.set({ x: 0, y: 0 });
    stores.batch(() => {
      cart.set({ x: 1 });
      cart.setKey("z", 1);
    });
    assert.deepEqual([messages.at(-1)?.operation, cart.get()], ["replace", { x: 1, z: 1 }]);
  });

  test("that throws publishes nothing", () => {
    const { stores, messages } = openPage();
    const a = stores.atom("a", 0);
    assert.throws(() =>
      stores.batch(() => {
        a.set(1);
        throw new Error("no");
      }),
    );
    assert.equal(a.get(), 0);
    assert.equal(messages.length, 0);
    a.set(2);
    assert.equal(a.get(), 2);
  });

  test("passes on a refusal, and the stores say what is so", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "b", allowedPublishers: ["host"] });
    const { stores } = openPage({ registry });
    const [a, b] = [stores.atom("a", 0), stores.atom("b", 0)];
    const heard: number[] = [];
    a.listen((value) => heard.push(value));
    const change = (): void => {
      a.set(1);
      b.set(1);
    };
    assert.throws(() => stores.batch(change), { code: "unauthorized" });
    assert.deepEqual([a.get(), b.get(), heard], [1, 0, [1]]);
  });

  test("holds back the listeners of every fragment until all is published", () => {
    const { stores, of } = openPage();
    const [a, b] = [stores.atom("a", 0), stores.atom("b", 0)];
    const heard: string[] = [];
    const others = of("recs");
    others
      .computed([others.atom("a", 0), others.atom("b", 0)], (x, y) => `${x} ${y}`)
      .listen((value) => heard.push(value));
    stores.batch(() => {
      a.set(1);
      b.set(1);
    });
    assert.deepEqual(heard, ["1 1"]);
  });
});
