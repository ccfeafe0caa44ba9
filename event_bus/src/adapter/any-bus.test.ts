import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createEvent } from "../envelope/complete.ts";
import { isAnyBus, isLive, listen, publishOn } from "./any-bus.ts";
import { openShop, options } from "./shop.fixture.ts";

describe("any bus", () => {
  test("is told from the options of one", () => {
    const { bus, handle } = openShop();
    assert.ok(isAnyBus(bus));
    assert.ok(isAnyBus(handle));
    assert.ok(!isAnyBus(options));
  });

  test("lives until it is disposed", () => {
    const { bus, handle } = openShop();
    assert.ok(isLive(bus) && isLive(handle));
    handle.dispose();
    assert.ok(isLive(bus) && !isLive(handle));
    bus.dispose();
    assert.ok(!isLive(bus) && !isLive(undefined));
  });
});

describe("listening", () => {
  test("does nothing where there is no bus, or none that lives", () => {
    const { bus } = openShop();
    bus.dispose();
    listen(bus, "cart:changed", () => {})();
    listen(undefined, "cart:changed", () => {})();
  });
});

describe("publishing", () => {
  test("over a handle takes name and payload, and answers", () => {
    const { bus, handle } = openShop();
    const sources: string[] = [];
    bus.subscribe("cart:changed", ({ source }) => sources.push(source));
    assert.equal(publishOn(handle)("cart:changed", { count: 1 }).accepted, true);
    assert.deepEqual(sources, ["cart"]);
  });

  test("over a host's bus takes name and payload in the name of the host", () => {
    const { bus } = openShop();
    const received: unknown[] = [];
    bus.subscribe("cart:changed", ({ source, payload, target }) =>
      received.push({ source, payload, target }),
    );
    const publish = publishOn(bus);
    const to = { target: "shop", messageVersion: undefined };
    assert.equal(publish("cart:changed", { count: 2 }, to).accepted, true);
    assert.deepEqual(received, [{ source: "shop", payload: { count: 2 }, target: "shop" }]);
  });

  test("over a host's bus takes a whole message, and throws what publish throws", () => {
    const { bus } = openShop();
    const received: unknown[] = [];
    bus.subscribe("cart:changed", ({ payload }) => received.push(payload));
    const event = createEvent("cart:changed", { count: 3 }, { source: "shop" });
    publishOn(bus)(event);
    assert.deepEqual(received, [{ count: 3 }]);
    assert.throws(() => publishOn(bus)({ ...event, source: "" }));
  });

  test("says why an event is refused", () => {
    const { bus } = openShop();
    const answer = publishOn(bus)("cart:changed", {}, { sensitivity: "restricted" });
    assert.ok(!answer.accepted);
    assert.equal(answer.errorCode, "unauthorized");
  });

  test("without a live bus answers a Nack", () => {
    const { bus } = openShop();
    bus.dispose();
    for (const none of [undefined, bus]) {
      const answer = publishOn(none)("cart:changed", { count: 1 });
      assert.ok(!answer.accepted);
      assert.equal(answer.errorCode, "delivery");
    }
  });
});
