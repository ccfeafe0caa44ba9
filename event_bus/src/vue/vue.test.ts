import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { place } from "../adapter/page.fixture.ts";
import { createApp, createSSRApp, effectScope, h, isReadonly, nextTick, ref } from "vue";
import type { Component, Plugin } from "vue";
import { renderToString } from "vue/server-renderer";
import type { FragmentHandle, MfeBridgeHandle } from "../bridge/types.ts";
import type { Bus } from "../bus/types.ts";
import { openShop, options } from "../adapter/shop.fixture.ts";
import type { ShopMessages } from "../adapter/shop.fixture.ts";
import {
  createBusPlugin,
  createHostBridgePlugin,
  useBus,
  useHostBridge,
  usePublish,
  useStore,
  useSubscribe,
} from "./index.ts";

const bridge = (): MfeBridgeHandle | undefined =>
  (globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__;

function mount(component: Component, ...plugins: Plugin[]) {
  const app = createApp(component);
  for (const plugin of plugins) app.use(plugin);
  // An error is to fail the test.
  app.config.errorHandler = (error) => {
    throw error;
  };
  const element = place();
  app.mount(element);
  return { app, element };
}

const silent = (setup: () => void): Component => ({
  setup() {
    setup();
    return () => null;
  },
});

describe("useSubscribe", () => {
  for (const [kind, of] of [
    ["a fragment's handle", "handle"],
    ["a host's bus", "bus"],
  ] as const) {
    test(`hears the messages of ${kind} while the component is mounted`, () => {
      const shop = openShop();
      const before = shop.subscriptions();
      const heard: unknown[] = [];
      let early = 0;
      const listener = silent(() => {
        useSubscribe("cart:changed", ({ payload }) => heard.push(payload));
        early = shop.subscriptions();
      });
      const { app } = mount(listener, createBusPlugin(shop[of]));
      assert.equal(early, before);
      shop.cartChanged(1);
      app.unmount();
      shop.cartChanged(2);
      assert.deepEqual(heard, [{ count: 1 }]);
      assert.equal(shop.subscriptions(), before);
    });
  }

  test("finds the handle that the runtime provides under its key", () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    const app = createApp(silent(() => useSubscribe("cart:*", (message) => heard.push(message))));
    app.provide("tiny-bus", handle);
    app.mount(place());
    cartChanged(1);
    assert.equal(heard.length, 1);
  });

  test("subscribes anew when its name changes", async () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    const name = ref("user:left");
    mount(silent(() => useSubscribe(name, ({ payload }) => heard.push(payload))), {
      install: (app) => app.use(createBusPlugin(handle)),
    });
    cartChanged(1);
    name.value = "cart:changed";
    await nextTick();
    cartChanged(2);
    assert.deepEqual(heard, [{ count: 2 }]);
  });

  test("lasts as long as a scope outside a component", () => {
    const { handle, cartChanged } = openShop();
    const heard: number[] = [];
    const scope = effectScope();
    scope.run(() => {
      useSubscribe("cart:changed", ({ payload }) => heard.push(payload.count), { bus: handle });
    });
    cartChanged(1);
    scope.stop();
    cartChanged(2);
    assert.deepEqual(heard, [1]);
  });

  test("does nothing where there is no bus, or one that has ended", () => {
    const { handle } = openShop();
    handle.dispose();
    for (const none of [undefined, handle]) {
      mount(silent(() => useSubscribe("cart:changed", () => {})), createBusPlugin(none));
    }
  });

  test("knows the payload of a message by the type of the handle", () => {
    const typed = (bus: FragmentHandle<ShopMessages>): void => {
      useSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), { bus });
      // @ts-expect-error a misspelt name
      useSubscribe("cart:change", () => {}, { bus });
      // @ts-expect-error a key that the payload has not
      useSubscribe("cart:changed", ({ payload }) => payload.total, { bus });
    };
    assert.equal(typeof typed, "function");
  });
});

describe("useBus and usePublish", () => {
  test("publish by the fragment's name", () => {
    const { bus, handle } = openShop();
    const sources: string[] = [];
    bus.subscribe("cart:changed", ({ source }) => sources.push(source));
    mount(
      silent(() => {
        usePublish()("cart:changed", { count: 1 });
        useBus()?.publish("cart:changed", { count: 2 });
      }),
      createBusPlugin(handle),
    );
    assert.deepEqual(sources, ["cart", "cart"]);
  });

  test("answer undefined and a Nack where there is no bus, and outside a component", () => {
    assert.equal(useBus(), undefined);
    assert.equal(useHostBridge(), undefined);
    mount(silent(() => assert.equal(useBus(), undefined)));
    assert.equal(usePublish()("cart:changed", null).accepted, false);
  });
});

describe("useStore", () => {
  const count = (bus: FragmentHandle<ShopMessages> | undefined): Component => ({
    setup() {
      const value = useStore(bus?.atom("count", 0), 5);
      assert.ok(isReadonly(value));
      return () => h("b", value.value);
    },
  });

  test("renders the value of a store and follows it until the component is unmounted", async () => {
    const { handle } = openShop();
    const store = handle.atom("count", 0);
    let renderings = 0;
    const own: Component = {
      setup() {
        const value = useStore(store);
        return () => h("b", `${value.value} ${(renderings += 1)}`);
      },
    };
    const { app, element } = mount(own);
    assert.equal(element.textContent, "0 1");
    store.set(7);
    await nextTick();
    assert.equal(element.textContent, "7 2");
    app.unmount();
    store.set(8);
    await nextTick();
    assert.equal(renderings, 2);
  });

  test("hydrates with the server's value, then takes the store's, with no mismatch", async (t) => {
    const { handle } = openShop();
    handle.atom("count", 0).set(9);
    const html = await renderToString(createSSRApp(count(undefined)));
    assert.equal(html, "<b>5</b>");
    const element = place(html);
    const warn = t.mock.method(console, "warn", () => {});
    createSSRApp(count(handle)).mount(element);
    await nextTick();
    assert.equal(element.innerHTML, "<b>9</b>");
    assert.equal(warn.mock.callCount(), 0);
  });

  test("renders a store on the server, where there is one, and leaves no listener", async () => {
    const { handle } = openShop();
    const store = handle.atom("count", 3);
    let listeners = 0;
    handle.onMount(store, () => {
      listeners += 1;
    });
    const app = createSSRApp({ setup: () => ({ value: useStore(store) }), render: html });
    assert.equal(await renderToString(app), "<b>3</b>");
    assert.equal(listeners, 0);
    function html(this: { value: number }) {
      return h("b", this.value);
    }
  });
});

describe("createBusPlugin", () => {
  test("makes a bus of options and disposes it with the app", () => {
    let bus: Bus | undefined;
    const { app } = mount(
      silent(() => {
        bus = useBus<Bus>();
      }),
      createBusPlugin(options),
    );
    assert.equal(bus?.disposed, false);
    app.unmount();
    assert.equal(bus?.disposed, true);
  });

  test("leaves a bus that it was given to its owner", () => {
    const { bus } = openShop();
    mount(silent(() => {}), createBusPlugin(bus)).app.unmount();
    assert.equal(bus.disposed, false);
  });
});

describe("createHostBridgePlugin", () => {
  test("puts a bridge on the page until the app is unmounted", () => {
    let used: MfeBridgeHandle | undefined;
    const { app } = mount(
      silent(() => {
        used = useHostBridge();
      }),
      createBusPlugin(options),
      createHostBridgePlugin({ remotes: ["Cart"], accessToken: "t" }),
    );
    assert.equal(bridge()?.appId, "shop");
    assert.equal(used, bridge());
    assert.throws(() => bridge()?.getBus());
    app.unmount();
    assert.equal(bridge(), undefined);
  });

  test("says what is missing where there is no host's bus", () => {
    const app = createApp(silent(() => {}));
    assert.throws(() => app.use(createHostBridgePlugin()), /use createBusPlugin before it/);
  });
});
