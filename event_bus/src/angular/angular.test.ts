import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { place } from "../adapter/page.fixture.ts";
import "@angular/compiler";
import {
  Component,
  createComponent,
  createEnvironmentInjector,
  provideZonelessChangeDetection,
  runInInjectionContext,
} from "@angular/core";
import type { EnvironmentInjector, EnvironmentProviders, Signal } from "@angular/core";
import { createApplication } from "@angular/platform-browser";
import { createHostBridge } from "../bridge/create-host-bridge.ts";
import type { FragmentHandle, MfeBridgeHandle } from "../bridge/types.ts";
import type { Bus } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import type { CommandMessage, QueryMessage } from "../envelope/types.ts";
import { openShop, options } from "../adapter/shop.fixture.ts";
import type { ShopMessages } from "../adapter/shop.fixture.ts";
import {
  BUS_TOKEN,
  BusService,
  HostBridgeService,
  injectBus,
  injectHostBridge,
  injectSubscribe,
  provideBus,
  provideHostBridge,
  provideRemotePlatformBus,
  storeSignal,
} from "./index.ts";

const app = await createApplication({ providers: [provideZonelessChangeDetection()] });

const injector = (...providers: EnvironmentProviders[]): EnvironmentInjector =>
  createEnvironmentInjector(providers, app.injector);

const bridge = (): MfeBridgeHandle | undefined =>
  (globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__;

/** What every query and command needs. */
const asked = (): Omit<ReturnType<typeof createEvent>, "kind" | "eventKind"> => {
  const { kind: _, eventKind: __, ...rest } = createEvent("price", { id: 1 }, { source: "shop" });
  return rest;
};

describe("provideBus", () => {
  test("makes a bus of options and disposes it with its injector", () => {
    const made = injector(provideBus(options));
    const bus = runInInjectionContext(made, () => injectBus<Bus>());
    assert.equal(made.get(BUS_TOKEN), bus);
    assert.equal(bus.disposed, false);
    made.destroy();
    assert.equal(bus.disposed, true);
  });

  test("leaves a bus that it was given to its owner", () => {
    const { bus } = openShop();
    const made = injector(provideBus(bus));
    assert.equal(made.get(BUS_TOKEN), bus);
    made.destroy();
    assert.equal(bus.disposed, false);
  });

  test("gives each injector its own service", () => {
    const outer = injector(provideBus(openShop().bus));
    const inner = createEnvironmentInjector([provideBus(openShop().bus)], outer);
    assert.notEqual(inner.get(BusService).bus, outer.get(BusService).bus);
  });
});

describe("where nothing is provided", () => {
  test("each says what to add to the providers", () => {
    const bare = injector();
    assert.throws(() => bare.get(BusService), /No bus is provided: add provideBus/);
    assert.throws(() => bare.get(HostBridgeService), /No bridge is provided: add provideHost/);
    runInInjectionContext(bare, () => {
      assert.throws(() => injectBus(), /No bus is provided/);
      assert.throws(() => injectHostBridge(), /No bridge is provided/);
      assert.equal(injectBus({ optional: true }), undefined);
    });
    assert.throws(
      () => injector(provideHostBridge()),
      /add provideBus\(…\) to the providers/,
    );
    assert.throws(
      () => injector(provideRemotePlatformBus()).get(BusService),
      /The page has no bridge/,
    );
  });
});

describe("BusService over a host's bus", () => {
  test("ends a subscription with its observable's", () => {
    const { bus, cartChanged } = openShop();
    const service = injector(provideBus(bus)).get(BusService);
    const heard: unknown[] = [];
    const all: string[] = [];
    const some = service.messages$("cart:*");
    const subscription = some.subscribe(({ payload }) => heard.push(payload));
    subscription.add(service.observeAll$().subscribe(({ messageName }) => all.push(messageName)));
    cartChanged(1);
    subscription.unsubscribe();
    cartChanged(2);
    assert.deepEqual([heard, all], [[{ count: 1 }], ["cart:changed"]]);
  });

  test("publishes, asks, commands and refuses", async () => {
    const { bus } = openShop();
    const service = injector(provideBus(bus)).get(BusService);
    bus.respond("price", () => ({ cents: 5 }));
    const query: QueryMessage = { ...asked(), kind: "query", queryName: "price" };
    assert.deepEqual((await service.request(query, 100)).payload, { cents: 5 });
    const command: CommandMessage = { ...asked(), kind: "command", commandName: "price" };
    assert.equal((await service.sendCommand(command)).accepted, true);
    const off = service.registerBeforeDeliver(() => {
      throw new Error("not now");
    });
    assert.equal(service.publish("cart:changed", { count: 1 }).accepted, false);
    off();
    assert.equal(service.publish("cart:changed", { count: 1 }).accepted, true);
  });

  test("completes its observables when the bus is disposed", () => {
    const { bus } = openShop();
    const service = injector(provideBus(bus)).get(BusService);
    const ends: string[] = [];
    service.messages$("cart:*").subscribe({ complete: () => ends.push("messages") });
    service.dispose();
    service.observeAll$().subscribe({ complete: () => ends.push("all") });
    assert.deepEqual(ends, ["messages", "all"]);
  });
});

describe("BusService over a fragment's handle", () => {
  test("publishes, asks and commands by name and payload", async () => {
    const { bus, handle } = openShop();
    const service = injector(provideBus(handle)).get(BusService);
    bus.respond("price", () => ({ cents: 5 }));
    assert.deepEqual(await service.request("price", { id: 1 }), { cents: 5 });
    assert.equal((await service.sendCommand("price", { id: 1 })).accepted, true);
    const sources: string[] = [];
    service.observeAll$().subscribe(({ source }) => sources.push(source));
    assert.equal(service.publish("cart:changed", { count: 1 }).accepted, true);
    assert.deepEqual(sources, ["cart"]);
    assert.throws(() => service.registerBeforeDeliver(() => {}), /needs a host's bus/);
  });

  test("completes its observables when the handle is revoked", () => {
    const { handle } = openShop();
    let complete = false;
    const service = injector(provideBus(handle)).get(BusService);
    service.messages$("cart:*").subscribe({ complete: () => (complete = true) });
    handle.dispose();
    assert.ok(complete);
  });
});

describe("the bridge", () => {
  test("of a host is on the page until its injector is destroyed", () => {
    const { bus } = openShop();
    const host = injector(provideBus(bus), provideHostBridge({ accessToken: "t" }));
    assert.equal(bridge()?.appId, "shop");
    const service = host.get(HostBridgeService);
    assert.equal(bridge(), runInInjectionContext(host, injectHostBridge));
    assert.equal(service.getBus(), bus);
    assert.throws(() => service.getBus("wrong"));
    const message = { kind: "event", messageName: "a", eventKind: "a", payload: 1, source: "shop" };
    assert.equal(service.tryPublish(message as never).accepted, true);
    host.destroy();
    assert.equal(bridge(), undefined);
  });

  test("gives a remote the bus of the page for its token", () => {
    const { bus } = openShop();
    const made = createHostBridge({ appId: "shop", bus, accessToken: "t" });
    const remote = injector(provideRemotePlatformBus({ accessToken: "t" }));
    assert.equal(remote.get(BusService).bus, bus);
    assert.equal(remote.get(HostBridgeService).getBus(), bus);
    assert.throws(() => injector(provideRemotePlatformBus()).get(BusService));
    remote.destroy();
    assert.equal(made.disposed, false);
    made.dispose("t");
  });
});

describe("a component", () => {
  test("follows a store and hears messages until it is destroyed", async () => {
    const { bus, handle, cartChanged } = openShop();
    const before = bus.subscriptions().get("cart");
    const heard: unknown[] = [];
    class Badge {
      readonly count: Signal<number> = storeSignal(
        injectBus<FragmentHandle<ShopMessages>>().atom("count", 0),
      );

      constructor() {
        injectSubscribe("cart:changed", ({ payload }) => heard.push(payload));
      }
    }
    Component({ selector: "cart-badge", template: "<b>{{ count() }}</b>" })(Badge);
    const hostElement = place();
    const environmentInjector = injector(provideBus(handle));
    const badge = createComponent(Badge, { environmentInjector, hostElement });
    app.attachView(badge.hostView);
    app.tick();
    assert.equal(hostElement.textContent, "0");
    handle.atom("count", 0).set(3);
    await app.whenStable();
    assert.equal(hostElement.textContent, "3");
    cartChanged(1);
    badge.destroy();
    cartChanged(2);
    handle.atom("count", 0).set(4);
    assert.deepEqual(heard, [{ count: 1 }]);
    assert.equal(badge.instance.count(), 3);
    assert.equal(bus.subscriptions().get("cart"), before);
  });

  test("has the server's value and hears nothing where there is no bus", () => {
    runInInjectionContext(injector(), () => {
      assert.equal(storeSignal(undefined, 5)(), 5);
      injectSubscribe("cart:changed", () => {});
    });
  });

  test("knows the payload of a message by the type of the handle", () => {
    const typed = (bus: FragmentHandle<ShopMessages>): void => {
      injectSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), { bus });
      // @ts-expect-error a misspelt name
      injectSubscribe("cart:change", () => {}, { bus });
      // @ts-expect-error a key that the payload has not
      injectSubscribe("cart:changed", ({ payload }) => payload.total, { bus });
    };
    assert.equal(typeof typed, "function");
  });
});
