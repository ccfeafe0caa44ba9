import assert from "node:assert/strict";
import { test } from "node:test";

import { attachStateSync, connectFragment, createBus } from "../../event_bus/src/index.ts";
import { validators } from "./contracts.ts";
import { createTopics, SHOP } from "./topics.ts";

const mug = { id: "mug", name: "Mug", priceCents: 2400, quantity: 1 };

function page() {
  const bus = createBus({ appId: SHOP, validators, registry: createTopics(), dispatch: "sync" });
  const state = attachStateSync(bus, { enabled: true });
  return { bus, as: (name: string) => connectFragment(bus, name, { state }) };
}

test("every message has an owner, and nobody else may use it", () => {
  const registry = createTopics();
  for (const name of Object.keys(validators)) {
    const question = name.replace(/:result$/, "");
    assert.ok(registry.getRegistration(question), `${name} is not registered`);
    assert.equal(registry.canSubscribe(name, "Stranger"), false, name);
  }
  assert.throws(() => registry.assertCanSubscribe("unheard:of", SHOP));
});

test("only the host sets the cart; the fragments ask for changes", async () => {
  const { as } = page();
  const cart = as("Cart").atom<object>("shop:cart");
  assert.throws(() => cart.set({ items: [mug] }), { code: "unauthorized" });
  const asked: unknown[] = [];
  as(SHOP).respond("cart:add", (item) => asked.push(item));
  const answer = await as("Recommendations").command("cart:add", mug);
  assert.equal(answer.accepted, true);
  assert.deepEqual(asked, [mug]);
  const refused = await as("Reviews").command("cart:add", mug);
  assert.equal(refused.accepted, false);
});

test("a fragment reads what is meant for it and no more", () => {
  const { as } = page();
  as(SHOP).atom("shop:session").set({ user: null });
  assert.deepEqual(as("Reviews").atom("shop:session").get(), { user: null });
  assert.throws(() => as("Cart").atom("shop:session").get(), { code: "unauthorized" });
  assert.throws(() => as("Reviews").subscribe("shop:cart", () => {}), { code: "unauthorized" });
});

test("a payload that the contract does not allow is refused", async () => {
  const { as } = page();
  as(SHOP).respond("cart:add", () => {});
  for (const wrong of [{ ...mug, quantity: 0 }, { ...mug, priceCents: 1.5 }, { ...mug, more: 1 }]) {
    const answer = await as("Cart").command("cart:add", wrong);
    assert.equal(answer.accepted, false, JSON.stringify(wrong));
  }
});
