import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { place } from "../adapter/page.fixture.ts";
import { build } from "esbuild";
import type { Component, flushSync, mount, unmount } from "svelte";
import { compile } from "svelte/compiler";
import type { render } from "svelte/server";
import { openShop } from "../adapter/shop.fixture.ts";
import type { ShopMessages } from "../adapter/shop.fixture.ts";
import type { AnyBus, useSubscribe } from "./index.ts";
import type { FragmentHandle } from "../bridge/types.ts";

interface Browser {
  readonly App: Component<{ bus: AnyBus | undefined; heard: unknown[] }>;
  readonly mount: typeof mount;
  readonly unmount: typeof unmount;
  readonly flushSync: typeof flushSync;
}

interface Server extends Pick<Browser, "App"> {
  readonly render: typeof render;
}

/** Node resolves svelte to its server half; a bundle for the browser has the other. */
async function compiled<T>(half: "client" | "server", entry: string, folder: string): Promise<T> {
  const outfile = join(folder, `${half}.mjs`);
  await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    format: "esm",
    platform: half === "client" ? "browser" : "node",
    conditions: half === "client" ? ["browser"] : [],
    outfile,
    plugins: [
      {
        name: "svelte",
        setup({ onLoad }) {
          onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
            const source = await readFile(path, "utf8");
            const { js } = compile(source, { generate: half, filename: path });
            return { contents: js.code };
          });
        },
      },
    ],
  });
  return (await import(pathToFileURL(outfile).href)) as T;
}

const app = 'export { default as App } from "./App.fixture.svelte";';
let folder: string;
let browser: Browser;
let server: Server;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bus-svelte-"));
  const start = 'export { mount, unmount, flushSync } from "svelte";';
  browser = await compiled("client", app + start, folder);
  server = await compiled("server", `${app} export { render } from "svelte/server";`, folder);
});

after(() => rm(folder, { recursive: true }));

describe("a compiled component", () => {
  for (const [kind, of] of [
    ["a fragment's handle", "handle"],
    ["a host's bus", "bus"],
  ] as const) {
    test(`hears the messages of ${kind} from its context until it is destroyed`, async () => {
      const shop = openShop();
      const before = shop.subscriptions();
      const heard: unknown[] = [];
      const props = { bus: shop[of], heard };
      const mounted = browser.mount(browser.App, { target: place(), props });
      browser.flushSync();
      shop.cartChanged(1);
      await browser.unmount(mounted);
      shop.cartChanged(2);
      assert.deepEqual(heard, [{ count: 1 }]);
      assert.equal(shop.subscriptions(), before);
    });
  }

  test("reads and sets a store as $store, without an adapter", async () => {
    const { handle } = openShop();
    const target = place();
    const mounted = browser.mount(browser.App, { target, props: { bus: handle, heard: [] } });
    browser.flushSync();
    const shown = (): string | undefined => target.querySelector("b")?.textContent;
    assert.equal(shown(), "0");
    handle.atom("count", 0).set(4);
    browser.flushSync();
    assert.equal(shown(), "4");
    target.querySelector("button")?.click();
    browser.flushSync();
    assert.equal(shown(), "5");
    assert.equal(handle.getSnapshot("count"), 5);
    await browser.unmount(mounted);
  });

  test("does nothing where there is no bus, in the browser and on the server", async () => {
    const props = { bus: undefined, heard: [] };
    const target = place();
    const mounted = browser.mount(browser.App, { target, props });
    assert.equal(target.querySelector("b")?.textContent, "no bus");
    await browser.unmount(mounted);
    assert.match(server.render(server.App, { props }).body, /<b>no bus<\/b>/);
  });

  test("renders a store on the server, where there is one, and subscribes to nothing", () => {
    const shop = openShop();
    const before = shop.subscriptions();
    shop.handle.atom("count", 0).set(6);
    const { body } = server.render(server.App, { props: { bus: shop.handle, heard: [] } });
    assert.match(body, /<b>6<\/b>/);
    assert.equal(shop.subscriptions(), before);
  });
});

test("useSubscribe knows the payload of a message by the type of the handle", () => {
  const typed = (use: typeof useSubscribe, bus: FragmentHandle<ShopMessages>): void => {
    use("cart:changed", ({ payload }) => payload.count.toFixed(), { bus });
    // @ts-expect-error a misspelt name
    use("cart:change", () => {}, { bus });
    // @ts-expect-error a key that the payload has not
    use("cart:changed", ({ payload }) => payload.total, { bus });
  };
  assert.equal(typeof typed, "function");
});
