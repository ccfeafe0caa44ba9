import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { openPage } from "./stores.fixture.ts";

describe("a computed store", () => {
  test("is made when it is asked for, and only when something has changed", () => {
    const { stores } = openPage();
    const [a, b] = [stores.atom("a", 1), stores.atom("b", 2)];
    let made = 0;
    const sum = stores.computed([a, b], (x, y) => {
      made += 1;
      return x + y;
    });
    assert.equal(made, 0);
    assert.equal(sum.get(), 3);
    assert.equal(sum.get(), 3);
    assert.equal(made, 1);
    a.set(5);
    assert.equal(made, 1);
    assert.equal(sum.get(), 7);
    assert.equal(made, 2);
  });

  test("tells once of a change that reaches it by two ways, and never of half of it", () => {
    const { stores } = openPage();
    const a = stores.atom("a", 1);
    const double = stores.computed([a], (value) => value * 2);
    const triple = stores.computed([a], (value) => value * 3);
    const both = stores.computed([double, triple, a], (x, y, z) => `${x} ${y} ${z}`);
    const heard: string[] = [];
    both.subscribe((value) => heard.push(value));
    a.set(2);
    assert.deepEqual(heard, ["2 3 1", "4 6 2"]);
  });

  test("tells who came while it was another of a value that has come back", async () => {
    const { stores } = openPage({ dispatch: "microtask" });
    const a = stores.atom("a", 0);
    const double = stores.computed([a], (x) => 2 * x);
    double.listen(() => undefined);
    a.set(1);
    const heard: number[] = [];
    double.subscribe((value) => heard.push(value));
    a.set(0);
    await Promise.resolve();
    assert.deepEqual(heard, [2, 0]);
  });

  test("tells nothing where its value is the same", () => {
    const { stores } = openPage();
    const a = stores.atom("a", 1);
    const parity = stores.computed([a], (value) => value % 2);
    const label = stores.computed([parity], (value) => (value ? "odd" : "even"));
    const heard: string[] = [];
    label.listen((value) => heard.push(value));
    for (const value of [3, 5, 6, 8]) a.set(value);
    assert.deepEqual(heard, ["even"]);
  });

  test("of forty levels of diamonds looks at each store once", () => {
    const { stores } = openPage();
    const a = stores.atom("a", 1);
    let made = 0;
    let top = stores.computed([a], (value) => value);
    for (let level = 0; level < 40; level += 1) {
      const below = top;
      const left = stores.computed([below], (value) => value + 1);
      const right = stores.computed([below], (value) => value - 1);
      top = stores.computed([left, right], (x, y) => {
        made += 1;
        return (x + y) / 2;
      });
    }
    assert.equal(top.get(), 1);
    assert.equal(made, 40);
    const heard: number[] = [];
    top.listen((value) => heard.push(value));
    a.set(2);
    assert.deepEqual(heard, [2]);
    assert.equal(made, 80);
  });

  test("passes on what its function throws, and recovers", (t) => {
    t.mock.method(console, "error", () => undefined);
    const { stores } = openPage();
    const a = stores.atom("a", 1);
    const inverse = stores.computed([a], (value) => {
      if (value === 0) throw new RangeError("zero");
      return 1 / value;
    });
    const heard: number[] = [];
    inverse.listen((value) => heard.push(value));
    a.set(0);
    assert.throws(() => inverse.get(), RangeError);
    a.set(2);
    assert.deepEqual(heard, [0.5]);
  });

  test("may be made of stores of several fragments", () => {
    const { stores, of } = openPage();
    const [a, b] = [stores.atom("a", 1), of("recs").atom("b", 1)];
    const heard: number[] = [];
    stores.computed([a, b], (x, y) => x + y).listen((value) => heard.push(value));
    of("host").atom("b").set(5);
    assert.deepEqual(heard, [6]);
  });
});
