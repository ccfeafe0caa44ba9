import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import type { Bus } from "../bus/types.ts";
import type { EventMessage } from "../envelope/types.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import { connectTabs } from "./connect-tabs.ts";
import { change, event, query } from "./lines.fixture.ts";
import type { Connection } from "./types.ts";

const opened: Connection[] = [];
after(() => {
  for (const connection of opened) connection.close();
});

function openTab(channel: string, topics = ["session:*"]) {
  const bus = createBus({ appId: "shop", allowUnregisteredMessageNames: true });
  const state = attachStateSync(bus, { enabled: true });
  const connection = connectTabs(bus, { channel, topics, state });
  opened.push(connection);
  return { bus, state, connection };
}

const heard = (bus: Bus, name: string): Promise<unknown> =>
  new Promise((resolve) => {
    bus.subscribe<EventMessage>(name, ({ payload }) => resolve(payload));
  });

describe("tabs", () => {
  test("hear the topics of their channel, and no others", async () => {
    const one = openTab("topics");
    const two = openTab("topics");
    const secret = heard(two.bus, "cart:changed").then(() => "leaked");
    const ended = heard(two.bus, "session:ended");
    one.bus.publish(event("cart:changed", "cart", 1));
    one.bus.publish(event("session:ended", "account", 2));
    assert.equal(await Promise.race([secret, ended]), 2);
  });

  test("that come late have the values", async () => {
    const early = openTab("late");
    early.bus.publish(change("session:user", "account", 0, "Ada"));
    await early.connection.ready;
    const late = openTab("late");
    await new Promise<void>((resolve) => void late.state.onChange(() => resolve()));
    assert.equal(late.state.getSnapshot("session:user"), "Ada");
  });

  test("answer each other", async () => {
    const one = openTab("ask");
    openTab("ask").bus.respond("session:age", () => 5);
    const answer = await one.bus.request<EventMessage>(query("session:age", "account"));
    assert.equal(answer.payload, 5);
  });

  test("are left when the line is closed, or the bus disposed", () => {
    const one = openTab("leave");
    one.connection.close();
    const two = openTab("leave");
    two.bus.dispose();
    assert.deepEqual([one.connection.state, two.connection.state], ["closed", "closed"]);
    one.state.dispose();
    assert.equal(one.bus.subscriptions().size, 0);
    one.bus.publish(event("session:ended", "account"));
  });
});
