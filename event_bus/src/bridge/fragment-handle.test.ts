import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import { TopicRegistry } from "../bus/registry.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import type { Message, Nack } from "../envelope/types.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import { connectFragment } from "./fragment-handle.ts";
import type { FragmentHandle, Leak } from "./types.ts";

function openBus(options: Partial<CreateBusOptions> = {}): Bus {
  return createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    ...options,
  });
}

interface Setting {
  readonly bus: Bus;
  readonly cart: FragmentHandle;
  readonly reviews: FragmentHandle;
  readonly leaks: Leak[];
}

function openPage(options: Partial<CreateBusOptions> = {}): Setting {
  const bus = openBus(options);
  const state = attachStateSync(bus, { enabled: true, initialSnapshots: { "shop:locale": "en" } });
  const leaks: Leak[] = [];
  const make = (name: string): FragmentHandle =>
    connectFragment(bus, name, { state, onLeak: (leak) => leaks.push(leak) });
  return { bus, cart: make("Cart"), reviews: make("Reviews"), leaks };
}

const received = (bus: Bus, name: string): Message[] => {
  const messages: Message[] = [];
  bus.subscribe(name, (message) => messages.push(message));
  return messages;
};

describe("what a handle publishes", () => {
  test("is a complete event from the fragment itself", () => {
    const { bus, cart } = openPage();
    const messages = received(bus, "cart:changed");
    const result = cart.publish("cart:changed", { count: 2 });
    const [message] = messages as [Message];
    assert.equal(result.accepted, true);
    assert.equal(result.correlationId, message.correlationId);
    assert.equal(message.source, "Cart");
    assert.equal(message.kind === "event" && message.eventKind, "cart:changed");
    assert.equal(message.messageVersion, 1);
    assert.deepEqual(message.payload, { count: 2 });
  });

  test("takes version, target, ids, sensitivity and eventKind from the options", () => {
    const { cart, reviews } = openPage();
    const messages: Message[] = [];
    reviews.subscribe("cart:changed", (message) => messages.push(message));
    const causationId = "5e0b2a0e-7d2f-4b57-9e7b-111111111111";
    const correlationId = "5e0b2a0e-7d2f-4b57-9e7b-222222222222";
    const options = {
      messageVersion: 3,
      target: "Reviews",
      causationId,
      correlationId,
      sensitivity: "public",
      eventKind: "domain",
    } as const;
    assert.equal(cart.publish("cart:changed", {}, options).accepted, true);
    cart.publish("cart:changed", {}, { ...options, target: "Badge" });
    assert.equal(messages.length, 1);
    assert.deepEqual({ ...messages[0], ...options }, messages[0]);
  });

  test("is answered with a Nack where the bus refuses it", () => {
    const { cart } = openPage();
    const nack = cart.publish("", {}) as Nack;
    assert.equal(nack.errorCode, "validation");
  });

  test("reaches the registry under the fragment's name", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "cart:changed", allowedPublishers: ["Cart"] });
    const { cart, reviews } = openPage({ registry });
    assert.equal(cart.publish("cart:changed", {}).accepted, true);
    assert.equal((reviews.publish("cart:changed", {}) as Nack).errorCode, "unauthorized");
  });
});

describe("what a handle listens to", () => {
  test("comes under the fragment's own id", () => {
    const { bus, cart } = openPage();
    const names: string[] = [];
    cart.subscribe("a", ({ messageName }) => names.push(messageName));
    cart.subscribe("shop:*", ({ messageName }) => names.push(messageName));
    assert.equal(bus.subscriptions().get("Cart"), 2);
    const say = (name: string, target: string): void =>
      bus.publish(createEvent(name, {}, { source: "shop", target }));
    say("a", "Reviews");
    say("a", "Cart");
    say("shop:theme", "Cart");
    assert.deepEqual(names, ["a", "shop:theme"]);
  });

  test("ends by its own function, by its signal, and after `once`", () => {
    const { bus, cart, leaks } = openPage();
    let count = 0;
    const listening = new AbortController();
    const off = cart.subscribe("a", () => (count += 1));
    cart.subscribe("a", () => (count += 10), { signal: listening.signal });
    cart.subscribe("a", () => (count += 100), { once: true });
    cart.subscribe("a", () => (count += 1000), { signal: AbortSignal.abort() });
    bus.publish(createEvent("a", {}, { source: "shop" }));
    off();
    off();
    listening.abort();
    bus.publish(createEvent("a", {}, { source: "shop" }));
    assert.equal(count, 111);
    assert.equal(bus.subscriptions().get("Cart") ?? 0, 0);
    cart.dispose();
    assert.deepEqual(leaks, []);
  });

  test("gets what was retained first, once only with `once`, also on a sync bus", async () => {
    const { bus, cart, leaks } = openPage({ retain: { "cart:*": 3 } });
    for (const payload of [1, 2, 3]) {
      bus.publish(createEvent("cart:changed", payload, { source: "shop" }));
    }
    const all: unknown[] = [];
    const first: unknown[] = [];
    const last: unknown[] = [];
    const off = cart.subscribe("cart:changed", ({ payload }) => all.push(payload));
    cart.subscribe("cart:changed", ({ payload }) => first.push(payload), { once: true });
    cart.subscribe("cart:changed", ({ payload }) => last.push(payload), { replay: 1, once: true });
    await Promise.resolve();
    assert.deepEqual([all, first, last], [[1, 2, 3], [1], [3]]);
    off();
    cart.dispose();
    assert.deepEqual(leaks, []);
  });

  test("comes as a stream, too, which ends with break and with the handle", async () => {
    const { bus, cart, leaks } = openPage();
    const say = (payload: number): void =>
      bus.publish(createEvent("a", payload, { source: "shop" }));
    const taken: unknown[] = [];
    const stream = cart.messages("a");
    say(1);
    say(2);
    for await (const { payload } of stream) {
      taken.push(payload);
      if (payload === 2) break;
    }
    const endless = cart.messages("a");
    const waiting = endless.next();
    cart.dispose();
    assert.equal((await waiting).done, true);
    assert.deepEqual(taken, [1, 2]);
    assert.deepEqual(leaks, [], "to end with the handle is what a stream is for");
  });

  test("is with observe every message that the fragment may read", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "secret", allowedSubscribers: ["Admin"] });
    const { bus, cart } = openPage({ registry });
    const names: string[] = [];
    const off = cart.observe(({ messageName }) => names.push(messageName));
    for (const name of ["a", "secret", "b"]) {
      bus.publish(createEvent(name, {}, { source: "shop" }));
    }
    bus.publish(createEvent("c", {}, { source: "shop", target: "Reviews" }));
    off();
    bus.publish(createEvent("d", {}, { source: "shop" }));
    assert.deepEqual(names, ["a", "b"]);
  });
});

describe("asking", () => {
  test("a request resolves to the payload of the answer", async () => {
    const { cart, reviews } = openPage();
    const sources: string[] = [];
    reviews.respond("reviews:average", (payload: { id: string }, { source }) => {
      sources.push(source);
      return { id: payload.id, average: 4.5 };
    });
    const answer = await cart.request("reviews:average", { id: "p1" });
    assert.deepEqual(answer, { id: "p1", average: 4.5 });
    assert.deepEqual(sources, ["Cart"]);
  });

  test("a request rejects with the refusal of its responder, and in time", async () => {
    const { cart, reviews } = openPage();
    reviews.respond("reviews:average", () => {
      throw new Error("no such product");
    });
    await assert.rejects(cart.request("reviews:average"), /no such product/);
    const nobody = cart.request("nobody", {}, { timeoutMs: 5 });
    await assert.rejects(nobody, { code: "timeout" });
  });

  test("a request is given up with its signal and with the handle", async () => {
    const { cart, reviews, leaks } = openPage();
    reviews.respond("slow", () => new Promise(() => undefined));
    const asking = new AbortController();
    const first = cart.request("slow", {}, { signal: asking.signal });
    const second = cart.request("slow");
    asking.abort();
    await assert.rejects(first);
    cart.dispose();
    await assert.rejects(second);
    assert.deepEqual(leaks, [], "to wait for an answer is no leak");
  });

  test("a command resolves to whether it was taken", async () => {
    const { cart, reviews } = openPage();
    reviews.respond("reviews:open", (payload: { id?: string }) => {
      if (payload?.id === undefined) throw new Error("Which one?");
    });
    assert.equal((await cart.command("reviews:open", { id: "p1" })).accepted, true);
    const refused = (await cart.command("reviews:open", {})) as Nack;
    assert.equal(refused.accepted, false);
    assert.match(refused.message, /Which one\?/);
    const late = (await cart.command("nobody", {}, { timeoutMs: 5 })) as Nack;
    assert.equal(late.errorCode, "timeout");
  });
});

describe("state", () => {
  test("is read by getSnapshot and by stores, and set in the fragment's name", () => {
    const { bus, cart, reviews } = openPage();
    const messages = received(bus, "cart:lines");
    assert.equal(cart.getSnapshot("shop:locale"), "en");
    assert.equal(cart.getSnapshot("nothing"), undefined);
    cart.atom<number>("cart:lines").set(3);
    assert.equal(reviews.atom<number>("cart:lines").get(), 3);
    assert.equal(reviews.getSnapshot("cart:lines"), 3);
    assert.equal(messages[0]?.source, "Cart");
  });

  test("without state sync there is nothing to read, and there are no stores", () => {
    const handle = connectFragment(openBus(), "Cart");
    assert.equal(handle.getSnapshot("a"), undefined);
    assert.equal("atom" in handle, false);
  });
});

describe("the end of a handle", () => {
  test("ends everything that it has open, and names what its fragment left", async () => {
    const { bus, cart, leaks } = openPage();
    let count = 0;
    const ended = cart.subscribe("ended", () => (count += 1));
    cart.subscribe("cart:**", () => (count += 1));
    cart.observe(() => (count += 1));
    cart.respond("cart:count", () => 1);
    const locale = cart.atom("shop:locale");
    locale.listen(() => (count += 1));
    ended();
    let reason: unknown;
    cart.signal.addEventListener("abort", () => (reason = cart.signal.reason));
    cart.dispose();
    cart.dispose();
    assert.equal((reason as Error).name, "BusPolicyError");
    assert.deepEqual(leaks, [{ name: "Cart", subscriptions: ["cart:**", "**", "cart:count"] }]);
    bus.publish(createEvent("cart:changed", {}, { source: "shop" }));
    connectFragment(bus, "Host").publish("shop:locale", "de");
    assert.equal(count, 0);
    assert.equal(bus.subscriptions().get("Cart") ?? 0, 0);
  });

  test("names nothing that was refused", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "secret", allowedSubscribers: ["Admin"] });
    const { cart, leaks } = openPage({ registry });
    assert.throws(() => cart.subscribe("secret", () => 1), { code: "unauthorized" });
    cart.dispose();
    assert.deepEqual(leaks, []);
  });

  test("holds from inside a retained message, too", () => {
    const { bus, cart, leaks } = openPage({ retain: { a: 3 } });
    for (const payload of [1, 2, 3]) bus.publish(createEvent("a", payload, { source: "shop" }));
    cart.subscribe("a", () => cart.dispose());
    bus.publish(createEvent("a", 4, { source: "shop" }));
    assert.equal(bus.subscriptions().get("Cart") ?? 0, 0);
    assert.deepEqual(leaks, []);
  });

  test("is terminal", async () => {
    const { bus, cart } = openPage();
    const messages = received(bus, "**");
    const atom = cart.atom("a");
    cart.dispose();
    assert.equal((cart.publish("a", {}) as Nack).errorCode, "unauthorized");
    assert.equal(((await cart.command("a")) as Nack).errorCode, "unauthorized");
    await assert.rejects(cart.request("a"), { name: "BusPolicyError" });
    for (const call of [
      () => cart.subscribe("a", () => 1),
      () => cart.messages("a"),
      () => cart.observe(() => 1),
      () => cart.respond("a", () => 1),
      () => cart.getSnapshot("shop:locale"),
      () => atom.set(1),
    ]) {
      assert.throws(call, { name: "BusPolicyError", code: "unauthorized" });
    }
    assert.deepEqual(messages, []);
  });

  test("comes with the end of the bus, and is then no leak", () => {
    const { bus, cart, leaks } = openPage();
    cart.subscribe("a", () => 1);
    bus.dispose();
    assert.equal(cart.signal.aborted, true);
    assert.deepEqual(leaks, []);
    assert.equal(connectFragment(bus, "Late").signal.aborted, true);
  });

  test("does not touch another handle of the same name", () => {
    const { bus, cart } = openPage();
    const second = connectFragment(bus, "Cart");
    let count = 0;
    second.subscribe("a", () => (count += 1));
    cart.dispose();
    bus.publish(createEvent("a", {}, { source: "shop" }));
    assert.equal(count, 1);
  });
});

test("a handle with contracts takes patterns too, whose payloads may be anything", () => {
  const bus = openBus();
  const cart = connectFragment<{ "cart:added": { id: string } }>(bus, "Cart");
  const heard: unknown[] = [];
  cart.subscribe("cart:*", ({ payload }: { readonly payload: unknown }) => heard.push(payload));
  cart.subscribe("cart:added", ({ payload }) => heard.push(payload.id.length));
  // @ts-expect-error a misspelt name
  cart.subscribe("cart:add", () => undefined);
  cart.publish("cart:added", { id: "p1" });
  assert.deepEqual(heard, [2, { id: "p1" }]);
});
