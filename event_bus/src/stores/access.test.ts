import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TopicRegistry } from "../bus/registry.ts";
import { change } from "../state/state.fixture.ts";
import { openPage } from "./stores.fixture.ts";

describe("who may use a store", () => {
  test("is what the registry says for its key", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "cart", allowedPublishers: ["host"] });
    const { stores, of } = openPage({ registry });
    const theirs = stores.map<Record<string, number>>("cart");
    of("host").atom("cart").set({ a: 1 });
    const refused = { name: "BusPolicyError", code: "unauthorized" };
    assert.throws(() => theirs.set({ a: 2 }), refused);
    assert.throws(() => theirs.setKey("a", 2), refused);
    assert.deepEqual(theirs.get(), { a: 1 });
  });

  test("hears of a refusal also where the bus has an onDispatchError", () => {
    const { stores } = openPage({
      onDispatchError: () => undefined,
      validators: { count: { safeParse: () => ({ success: false, error: "no" }) } },
    });
    assert.throws(() => stores.atom("count", 0).set(1), { code: "validation" });
  });

  test("may not read what canRead does not let it read", () => {
    const { bus, of } = openPage();
    const names: string[] = [];
    const stores = of("recs", {
      canRead: (name) => {
        names.push(name);
        return name === "public";
      },
    });
    const secret = stores.map("cart");
    const refused = { name: "BusPolicyError", code: "unauthorized" };
    assert.throws(() => secret.get(), refused);
    assert.throws(() => secret.getPath("a"), refused);
    assert.throws(() => secret.update((value) => value), refused);
    assert.throws(() => secret.subscribe(() => undefined), refused);
    assert.throws(() => secret.listen(() => undefined), refused);
    assert.throws(() => secret.listenKeys(["a"], () => undefined), refused);
    assert.throws(() => stores.computed([secret], (value) => value).get(), refused);
    assert.ok(names.every((name) => name === "cart"));
    bus.publish(change(1, { a: 1 }, { messageName: "public" }));
    assert.deepEqual(secret.get(), { a: 1 }, "the rule is that of the message which set it");
  });

  test("ends with the signal: listeners, mounts, reading and setting", () => {
    const { bus, of } = openPage();
    const ending = new AbortController();
    const stores = of("recs", { signal: ending.signal });
    const count = stores.atom("cart", 0);
    let calls = 0;
    const log: string[] = [];
    count.listen(() => (calls += 1));
    stores.computed([count], (value) => value).listen(() => (calls += 1));
    of("host").atom("cart").listen(() => undefined);
    stores.onMount(count, () => () => log.push("stop"));
    ending.abort();
    bus.publish(change(1, 5));
    assert.equal(calls, 0);
    assert.deepEqual(log, ["stop"]);
    for (const use of [() => count.get(), () => count.set(1), () => count.listen(() => 1)]) {
      assert.throws(use, { name: "BusPolicyError", code: "unauthorized" });
    }
  });
});
