import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { openPage, tick } from "./stores.fixture.ts";

describe("onMount", () => {
  test("starts with the first listener and stops after the last", async () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    const log: string[] = [];
    stores.onMount(count, () => {
      log.push("start");
      return () => log.push("stop");
    });
    count.get();
    const first = count.listen(() => undefined);
    const second = count.subscribe(() => undefined);
    first();
    await tick();
    assert.deepEqual(log, ["start"]);
    second();
    second();
    await tick();
    assert.deepEqual(log, ["start", "stop"]);
    count.listen(() => undefined);
    assert.deepEqual(log, ["start", "stop", "start"]);
  });

  test("does not stop where somebody listens again within the same turn", async () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    const log: string[] = [];
    stores.onMount(count, () => {
      log.push("start");
      return () => log.push("stop");
    });
    for (let index = 0; index < 3; index += 1) count.listen(() => undefined)();
    const off = count.listen(() => undefined);
    await tick();
    assert.deepEqual(log, ["start"]);
    off();
    await tick();
    assert.deepEqual(log, ["start", "stop"]);
  });

  test("hears of the listeners of every fragment", async () => {
    const { stores, of } = openPage();
    const log: string[] = [];
    stores.onMount(stores.atom("prices"), () => {
      log.push("start");
      return () => log.push("stop");
    });
    of("recs").atom("prices").listen(() => undefined)();
    await tick();
    assert.deepEqual(log, ["start", "stop"]);
  });

  test("starts at once where there are listeners, and ends when it is told to", () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    count.listen(() => undefined);
    const log: string[] = [];
    const end = stores.onMount(count, () => {
      log.push("start");
      return () => log.push("stop");
    });
    end();
    end();
    assert.deepEqual(log, ["start", "stop"]);
  });

  test("may set the store: who subscribes hears it once", () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    stores.onMount(count, () => count.set(1));
    const heard: number[] = [];
    count.subscribe((value) => heard.push(value));
    assert.deepEqual(heard, [1]);
  });

  test("of a computed store mounts its sources, and what it throws is reported", async (t) => {
    const printed = t.mock.method(console, "error", () => undefined);
    const { stores } = openPage();
    const a = stores.atom("a", 1);
    const log: string[] = [];
    stores.onMount(a, () => {
      log.push("start");
      return () => log.push("stop");
    });
    const twice = stores.computed([a], (value) => value * 2);
    stores.onMount(twice, () => {
      throw new Error("mount");
    });
    twice.listen(() => undefined)();
    for (let turn = 0; turn < 3; turn += 1) await tick();
    assert.deepEqual(log, ["start", "stop"]);
    assert.equal(printed.mock.callCount(), 1);
  });
});

describe("many listeners", () => {
  test("of one store come and go without a trace", async () => {
    const { stores } = openPage();
    const count = stores.atom("count", 0);
    let mounted = 0;
    stores.onMount(count, () => {
      mounted += 1;
      return () => (mounted -= 1);
    });
    let calls = 0;
    const offs = Array.from({ length: 10_000 }, () => count.listen(() => (calls += 1)));
    count.set(1);
    for (const off of offs) off();
    count.set(2);
    await tick();
    assert.equal(calls, 10_000);
    assert.equal(mounted, 0);
  });
});
