import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { place } from "../adapter/page.fixture.ts";
import { StrictMode, act, createElement as h, useMemo } from "react";
import type { ReactNode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import type { FragmentHandle, MfeBridgeHandle } from "../bridge/types.ts";
import type { Bus } from "../bus/types.ts";
import { openShop, options } from "../adapter/shop.fixture.ts";
import type { ShopMessages } from "../adapter/shop.fixture.ts";
import {
  BusContext,
  BusProvider,
  HostBridgeProvider,
  useBus,
  useHostBridge,
  usePublish,
  useStore,
  useStoreValue,
  useSubscribe,
} from "./index.ts";
import type { AnyBus, Publish } from "./index.ts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Mounted {
  readonly element: HTMLElement;
  render(node: ReactNode): Promise<void>;
  unmount(): Promise<void>;
}

async function mount(node: ReactNode): Promise<Mounted> {
  const element = place();
  const root: Root = createRoot(element);
  const render = (next: ReactNode): Promise<void> => act(async () => root.render(next));
  await render(node);
  return { element, render, unmount: () => act(async () => root.unmount()) };
}

const within = (bus: AnyBus | undefined, ...children: ReactNode[]): ReactNode =>
  h(BusProvider, { bus }, ...children);

const bridge = (): MfeBridgeHandle | undefined =>
  (globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__;

function Listener({ heard, name = "cart:changed" }: { heard: unknown[]; name?: string }): null {
  useSubscribe(name, ({ payload }) => heard.push(payload));
  return null;
}

describe("useSubscribe", () => {
  for (const [kind, of] of [
    ["a fragment's handle", "handle"],
    ["a host's bus", "bus"],
  ] as const) {
    test(`hears the messages of ${kind} until the component is unmounted`, async () => {
      const shop = openShop();
      const before = shop.subscriptions();
      const heard: unknown[] = [];
      const { unmount } = await mount(within(shop[of], h(Listener, { heard })));
      shop.cartChanged(1);
      await unmount();
      shop.cartChanged(2);
      assert.deepEqual(heard, [{ count: 1 }]);
      assert.equal(shop.subscriptions(), before);
    });
  }

  test("calls the handler of the last rendering without subscribing anew", async () => {
    const { handle, cartChanged } = openShop({ retain: { "cart:changed": 1 } });
    const heard: unknown[] = [];
    const Counter = ({ factor }: { factor: number }): null => {
      const bus = useBus<FragmentHandle<ShopMessages>>();
      useSubscribe("cart:changed", ({ payload }) => heard.push(payload.count * factor), { bus });
      return null;
    };
    cartChanged(1);
    const { render } = await mount(within(handle, h(Counter, { factor: 1 })));
    await render(within(handle, h(Counter, { factor: 10 })));
    cartChanged(2);
    // A second subscription would have had the retained message again.
    assert.deepEqual(heard, [1, 20]);
  });

  test("subscribes to another name when that changes", async () => {
    const { bus, handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    const { render } = await mount(within(handle, h(Listener, { heard, name: "user:left" })));
    cartChanged(1);
    await render(within(handle, h(Listener, { heard })));
    cartChanged(2);
    assert.deepEqual(heard, [{ count: 2 }]);
    assert.equal(bus.subscriptions().get("cart"), 1);
  });

  test("hears each message once under StrictMode", async () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    await mount(h(StrictMode, null, within(handle, h(Listener, { heard }))));
    cartChanged(1);
    assert.deepEqual(heard, [{ count: 1 }]);
  });

  test("passes its options on", async () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    const Once = (): null => {
      useSubscribe("cart:*", ({ payload }) => heard.push(payload), { once: true });
      return null;
    };
    await mount(within(handle, h(Once)));
    cartChanged(1);
    cartChanged(2);
    assert.deepEqual(heard, [{ count: 1 }]);
  });

  test("takes the bus that it is given instead of the provided one", async () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    const Own = (): null => {
      useSubscribe("cart:changed", ({ payload }) => heard.push(payload.count), { bus: handle });
      return null;
    };
    await mount(within(openShop().bus, h(Own)));
    cartChanged(1);
    assert.deepEqual(heard, [1]);
  });

  test("does nothing where there is no bus, or one that has ended", async () => {
    const { handle } = openShop();
    handle.dispose();
    await mount(h(Listener, { heard: [] }));
    await mount(within(handle, h(Listener, { heard: [] })));
  });

  test("knows the payload of a message by the type of the handle", () => {
    const { handle } = openShop();
    const Typed = (): null => {
      useSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), { bus: handle });
      // @ts-expect-error a misspelt name
      useSubscribe("cart:change", () => {}, { bus: handle });
      // @ts-expect-error a key that the payload has not
      useSubscribe("cart:changed", ({ payload }) => payload.total, { bus: handle });
      return null;
    };
    assert.equal(typeof Typed, "function");
  });
});

describe("usePublish and useBus", () => {
  test("publish by the fragment's name, with a function that stays the same", async () => {
    const { bus, handle } = openShop();
    const sources: string[] = [];
    bus.subscribe("cart:changed", ({ source }) => sources.push(source));
    const functions = new Set<Publish>();
    const Button = (): ReactNode => {
      const publish = usePublish();
      functions.add(publish);
      return h("button", { onClick: () => publish("cart:changed", { count: 1 }) });
    };
    const { element, render } = await mount(within(handle, h(Button)));
    await render(within(handle, h(Button)));
    element.querySelector("button")?.click();
    assert.deepEqual(sources, ["cart"]);
    assert.equal(functions.size, 1);
  });

  test("answer undefined and a Nack where there is no bus", async () => {
    let seen: { bus: unknown; publish: Publish } | undefined;
    const Probe = (): null => {
      seen = { bus: useBus(), publish: usePublish() };
      return null;
    };
    await mount(within(undefined, h(Probe)));
    assert.equal(seen?.bus, undefined);
    assert.equal(seen?.publish("cart:changed", null).accepted, false);
  });
});

describe("useStore", () => {
  const Count = ({ bus }: { bus: FragmentHandle<ShopMessages> | undefined }): ReactNode => {
    const store = useMemo(() => bus?.atom("count", 0), [bus]);
    return h("b", null, useStore(store, 5));
  };

  test("renders the value of a store and follows it", async () => {
    const { handle } = openShop();
    const { element, unmount } = await mount(h(Count, { bus: handle }));
    assert.equal(element.textContent, "0");
    await act(async () => handle.atom("count", 0).set(7));
    assert.equal(element.textContent, "7");
    await unmount();
    await act(async () => handle.atom("count", 0).set(8));
    assert.equal(element.textContent, "");
  });

  test("hydrates with the server's value, then takes the store's, without a mismatch", async () => {
    const { handle } = openShop();
    handle.atom("count", 0).set(9);
    const html = renderToString(h(Count, { bus: undefined }));
    assert.equal(html, "<b>5</b>");
    const element = place(html);
    const mismatches: unknown[] = [];
    await act(async () => {
      const onRecoverableError = (error: unknown): number => mismatches.push(error);
      hydrateRoot(element, h(Count, { bus: handle }), { onRecoverableError });
    });
    assert.equal(element.textContent, "9");
    assert.deepEqual(mismatches, []);
  });

  test("renders a store on the server, where there is one", () => {
    const { handle } = openShop();
    handle.atom("count", 0).set(3);
    const Own = (): ReactNode => h("b", null, useStore(handle.atom("count", 0)));
    assert.equal(renderToString(h(Own)), "<b>3</b>");
  });

  test("is short by key: useStoreValue", async () => {
    const { handle } = openShop();
    const Theme = (): ReactNode => h("b", null, useStoreValue("theme", "light"));
    assert.equal(renderToString(h(Theme)), "<b>light</b>");
    const { element } = await mount(h(StrictMode, null, within(handle, h(Theme))));
    await act(async () => handle.atom("theme", "light").set("dark"));
    assert.equal(element.textContent, "dark");
  });
});

describe("BusProvider", () => {
  test("makes a bus of options and disposes it with itself, under StrictMode too", async () => {
    for (const around of ["div", StrictMode]) {
      const buses = new Set<Bus>();
      const heard: unknown[] = [];
      const Probe = (): ReactNode => {
        const bus = useBus<Bus>();
        if (bus) buses.add(bus);
        return h(Listener, { heard });
      };
      const tree = h(around, null, h(BusProvider, { ...options, children: h(Probe) }));
      const { render, unmount } = await mount(tree);
      await render(tree);
      const live = [...buses].filter((bus) => bus.subscriptions().size > 0);
      assert.equal(live.length, 1);
      assert.equal(live[0]?.disposed, false);
      await unmount();
      assert.equal(live[0]?.disposed, true);
    }
  });

  test("leaves a bus that it was given to its owner", async () => {
    const { bus } = openShop();
    const { unmount } = await mount(within(bus, "x"));
    await unmount();
    assert.equal(bus.disposed, false);
  });

  test("can be left out of a fragment for its context", async () => {
    const { handle, cartChanged } = openShop();
    const heard: unknown[] = [];
    await mount(h(BusContext.Provider, { value: handle }, h(Listener, { heard })));
    cartChanged(1);
    assert.equal(heard.length, 1);
  });
});

describe("HostBridgeProvider", () => {
  const Seen = ({ bridges }: { bridges: Set<unknown> }): null => {
    bridges.add(useHostBridge());
    return null;
  };

  test("puts a bridge on the page, keeps it for equal remotes, and takes it off", async () => {
    const { bus } = openShop();
    const bridges = new Set<unknown>();
    const tree = (remotes: string[]): ReactNode => {
      const child = h(Seen, { bridges });
      return within(bus, h(HostBridgeProvider, { remotes, accessToken: "t", children: child }));
    };
    const { render, unmount } = await mount(h(StrictMode, null, tree(["Cart"])));
    const first = bridge();
    assert.equal(first?.appId, "shop");
    assert.deepEqual(first?.remotes, ["Cart"]);
    assert.throws(() => first?.getBus());
    assert.equal(first?.getBus("t"), bus);
    await render(h(StrictMode, null, tree(["Cart"])));
    assert.equal(bridge(), first);
    await render(h(StrictMode, null, tree(["Cart", "Reviews"])));
    assert.deepEqual(bridge()?.remotes, ["Cart", "Reviews"]);
    assert.ok(bridges.has(bridge()));
    await unmount();
    assert.equal(bridge(), undefined);
  });

  test("leaves the bridge of another to its maker", async () => {
    const { bus } = openShop();
    const bridgeOf = (): ReactNode =>
      within(bus, h(HostBridgeProvider, { onConflict: "return-existing" }));
    const outer = await mount(bridgeOf());
    const inner = await mount(bridgeOf());
    await inner.unmount();
    assert.equal(bridge()?.disposed, false);
    await outer.unmount();
    assert.equal(bridge(), undefined);
  });

  test("does nothing on the server", () => {
    assert.equal(renderToString(h(HostBridgeProvider, null, "shop")), "shop");
  });

  test("says what is missing where there is no host's bus", async () => {
    await assert.rejects(mount(h(HostBridgeProvider)), /BusProvider around HostBridgeProvider/);
  });
});
