import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TopicRegistry } from "../bus/registry.ts";
import type { EventMessage, Message } from "../envelope/types.ts";
import { joinBus } from "./join-bus.ts";
import {
  command,
  event,
  flushTabs,
  joinPair,
  joinTabs,
  openSide,
  query,
} from "./lines.fixture.ts";
import type { Side } from "./lines.fixture.ts";

function listen({ bus }: Side, name: string, subscriberId?: string): unknown[] {
  const received: unknown[] = [];
  bus.subscribe<EventMessage>(name, ({ payload }) => received.push(payload), { subscriberId });
  return received;
}

describe("messages between a host and its frame", () => {
  test("go both ways, once, and never back", () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget", { topics: ["**", "cart:*", "cart:changed"] });
    const inHost = listen(host, "**");
    const inChild = listen(child, "**");
    host.bus.publish(event("cart:changed", "cart", 1));
    child.bus.publish(event("widget:moved", "widget", 2));
    pair.flush();
    assert.deepEqual(inHost, [1, 2]);
    assert.deepEqual(inChild, [2, 1]);
  });

  test("are for the frame's eyes only where they have no target or its name", () => {
    const host = openSide("shop");
    const pair = joinPair(host, openSide("widget"), "widget");
    host.bus.publish({ ...event("note", "cart", 1), target: "cart" });
    host.bus.publish({ ...event("note", "cart", 2), target: "widget" });
    assert.deepEqual(pair.toChild.map(({ payload }) => payload), [2]);
  });

  test("are kept from a frame that the registry does not let read them", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "user:email", allowedSubscribers: ["account"] });
    const host = openSide("shop", { registry });
    const pair = joinPair(host, openSide("widget"), "widget");
    host.bus.publish(event("user:email", "account"));
    assert.deepEqual(pair.toChild, []);
  });

  test("come with what is retained, before what is live", () => {
    const host = openSide("shop", { retain: { "cart:changed": 1 } });
    host.bus.publish(event("cart:changed", "cart", 1));
    host.bus.publish(event("cart:changed", "cart", 2));
    const child = openSide("widget");
    const inChild = listen(child, "**");
    const pair = joinPair(host, child, "widget");
    host.bus.publish(event("cart:changed", "cart", 3));
    pair.flush();
    assert.deepEqual(inChild, [2, 3]);
  });

  test("stay where they are when no topic of the line has their name", () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget", { topics: ["widget:*"] });
    host.bus.publish(event("cart:changed", "cart"));
    assert.deepEqual(pair.toChild, []);
    const inHost = listen(host, "**");
    child.bus.publish(event("cart:clear", "widget"));
    pair.flush();
    assert.deepEqual(inHost, []);
    assert.match(host.reports[0]?.message ?? "", /"cart:clear" is not for "widget"/);
  });
});

describe("a frame that is hostile", () => {
  test("cannot speak for another, and is reported", () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget");
    const inHost = listen(host, "**");
    child.bus.publish(event("cart:changed", "cart", "forged"));
    pair.flush();
    assert.deepEqual(inHost, []);
    assert.match(host.reports[0]?.message ?? "", /"widget" is not "cart"/);
  });

  test("breaks nothing with frames that are no messages", () => {
    const host = openSide("shop");
    const relay = joinBus(host.bus, () => {}, { peer: "widget" });
    relay.open();
    const inHost = listen(host, "**");
    const no = { toString: 1, valueOf: 1 };
    for (const kind of ["query", "state", "event", no]) {
      for (const source of ["widget", "cart", no, undefined]) {
        for (const bad of [no, undefined, null, 7, "x", [], { __proto__: null }]) {
          relay.receive({ kind, source, messageName: bad, stateKey: bad } as never);
          relay.receive({ kind, source, messageName: "a", messageId: bad, stateKey: bad } as never);
        }
      }
    }
    for (const bad of [1, "x", true, [], {}]) relay.receive(bad as never);
    assert.deepEqual(inHost, []);
    assert.equal(host.reports.length, 4 * 4 * 7 * 2 + 5);
    host.bus.publish(event("still", "cart", "here"));
    assert.deepEqual(inHost, ["here"]);
  });

  test("may send a corrected message under the id of one that was refused", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "a", minMessageVersion: 2 });
    const host = openSide("shop", { registry });
    const inHost = listen(host, "a");
    const relay = joinBus(host.bus, () => {}, { peer: "widget" });
    const message = event("a", "widget", 1);
    relay.receive(message);
    relay.receive({ ...message, messageVersion: 2 });
    relay.receive({ ...message, messageVersion: 2 });
    assert.deepEqual(inHost, [1]);
  });
});

describe("requests over a line", () => {
  test("a fragment of the page asks a frame", async () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget");
    child.bus.respond("widget:size", () => 42);
    const answer = host.bus.request<EventMessage>(query("widget:size", "cart"));
    pair.flush();
    await Promise.resolve();
    pair.flush();
    assert.equal((await answer).payload, 42);
  });

  test("a frame asks a fragment of the page, with or without naming it", async () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget");
    host.bus.respond("cart:total", () => 7, { subscriberId: "cart" });
    const answers = [{}, { target: "cart" }].map((more) =>
      child.bus.request<EventMessage>(query("cart:total", "widget", more)),
    );
    pair.flush();
    await new Promise(setImmediate);
    pair.flush();
    assert.deepEqual((await Promise.all(answers)).map(({ payload }) => payload), [7, 7]);
  });

  test("an answer travels though no topic has its name", async () => {
    const host = openSide("shop");
    const child = openSide("widget");
    const topics = ["cart:*"];
    const pair = joinPair(host, child, "widget", { topics }, { topics });
    host.bus.respond("cart:total", () => 7);
    const answer = child.bus.request<EventMessage>(query("cart:total", "widget"));
    pair.flush();
    await new Promise(setImmediate);
    pair.flush();
    assert.equal((await answer).payload, 7);
  });

  test("a request that the page refuses rejects in the frame with the page's reason", async () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "cart:total", allowedPublishers: ["cart"] });
    const host = openSide("shop", { registry });
    const child = openSide("widget");
    const pair = joinPair(host, child, "widget");
    const asked = child.bus.request(query("cart:total", "widget", { target: "cart" }));
    const commanded = child.bus.sendCommand(command("cart:total", "widget"));
    pair.flush();
    await assert.rejects(asked, { name: "BusPolicyError", code: "unauthorized" });
    assert.equal((await commanded).accepted, false);
  });

  test("a request that the frame refuses rejects in the page", async () => {
    const host = openSide("shop");
    const child = openSide("widget", { allowUnregisteredMessageNames: false });
    const pair = joinPair(host, child, "widget");
    const asked = host.bus.request(query("widget:size", "cart"));
    pair.flush();
    await assert.rejects(asked, { code: "validation" });
  });

  test("another frame cannot answer", async () => {
    const host = openSide("shop");
    const asked = joinPair(host, openSide("widget"), "widget", { topics: ["widget:*"] });
    const other = joinPair(host, openSide("other"), "other", { topics: ["other:*"] });
    const question = query("widget:size", "cart", { timeoutMs: 20 });
    const answer = host.bus.request(question);
    other.hostRelay.receive({
      ...event("other:size", "other", "forged"),
      causationId: question.messageId,
      target: "cart",
    });
    asked.hostRelay.receive({
      ...event("widget:size:result", "widget", "true"),
      causationId: question.messageId,
      target: "cart",
    });
    assert.equal((await answer as EventMessage).payload, "true");
  });

  test("a tab asks another tab", async () => {
    const tabs = joinTabs([openSide("shop"), openSide("shop"), openSide("shop")]);
    const [one, two] = tabs as Side[] as [Side, Side];
    two.bus.respond("stock:left", () => 3, { subscriberId: "stock" });
    const answer = one.bus.request<EventMessage>(query("stock:left", "cart"));
    flushTabs(tabs);
    await new Promise(setImmediate);
    flushTabs(tabs);
    assert.equal((await answer).payload, 3);
  });
});

describe("messages that cannot go", () => {
  test("are reported by name, and the line lives on", async () => {
    const host = openSide("shop");
    const pair = joinPair(host, openSide("widget"), "widget");
    host.bus.publish(event("cart:changed", "cart", { close: () => {} }));
    const asked = host.bus.request(query("cart:open", "cart", { payload: { at: () => {} } }));
    const message = /cart:open.*widget.*DataCloneError/s;
    await assert.rejects(asked, { code: "validation", message });
    assert.match(host.reports[0]?.message ?? "", /"cart:changed" to "widget": DataCloneError/);
    host.bus.publish(event("cart:changed", "cart", 1));
    assert.equal(pair.toChild.length, 1);
  });

  test("wait for the line up to a limit; a question that is dropped is refused", async () => {
    const host = openSide("shop");
    const sent: Message[] = [];
    const relay = joinBus(host.bus, (message) => sent.push(message), {
      peer: "widget",
      waitingLimit: 2,
    });
    const asked = host.bus.request(query("a", "cart"));
    for (const payload of [1, 2]) host.bus.publish(event("b", "cart", payload));
    await assert.rejects(asked, { code: "delivery" });
    assert.equal(host.reports.length, 1);
    relay.open();
    assert.deepEqual(sent.map(({ payload }) => payload), [1, 2]);
  });

  test("are refused when the line ends before it opens", async () => {
    const host = openSide("shop");
    const relay = joinBus(host.bus, () => {}, { peer: "widget" });
    const asked = host.bus.request(query("a", "cart"));
    relay.leave();
    await assert.rejects(asked, { code: "delivery" });
    assert.equal(host.bus.subscriptions().size, 0);
  });
});

describe("loops", () => {
  test("a message over two channels between the same tabs arrives once", () => {
    const sides = [openSide("shop"), openSide("shop")];
    const first = joinTabs(sides);
    const second = joinTabs(sides);
    const [one, two] = sides as [Side, Side];
    const inOne = listen(one, "**");
    const inTwo = listen(two, "**");
    one.bus.publish(event("a", "cart", 1));
    for (let turn = 0; turn < 3; turn += 1) {
      flushTabs(first);
      flushTabs(second);
    }
    assert.deepEqual([inOne, inTwo], [[1], [1]]);
  });

  test("a message of a frame reaches the other tabs and their frames, once each", () => {
    const tabs = [openSide("shop"), openSide("shop"), openSide("shop")];
    const frames = tabs.map(() => openSide("widget"));
    const pairs = tabs.map((tab, index) => joinPair(tab, frames[index] as Side, "widget"));
    const joined = joinTabs(tabs);
    const heard = [...tabs, ...frames].map((side) => listen(side, "**"));
    (frames[0] as Side).bus.publish(event("widget:moved", "widget", 1));
    for (let turn = 0; turn < 4; turn += 1) {
      for (const pair of pairs) pair.flush();
      flushTabs(joined);
    }
    assert.deepEqual(heard, heard.map(() => [1]));
  });

  test("ten thousand messages later, an old one that comes back is still known", () => {
    const host = openSide("shop");
    const relay = joinBus(host.bus, () => {}, { peer: "widget" });
    const inHost = listen(host, "a");
    const old = event("a", "widget", "old");
    relay.receive(old);
    for (let count = 0; count < 4000; count += 1) relay.receive(event("b", "widget"));
    relay.receive(old);
    assert.deepEqual(inHost, ["old"]);
  });
});
