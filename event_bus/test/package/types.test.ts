import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { node, pack, root, write } from "./packed.fixture.ts";
import type { Packed } from "./packed.fixture.ts";

const linked = [
  "react",
  "vue",
  "@vue",
  "svelte",
  "rxjs",
  "tslib",
  "csstype",
  "@angular/core",
  "@types/react",
  "@types/node",
  "undici-types",
];

const consumer = `
import { createBus, createEvent } from "@tiny-mosaic/event-bus";
import type { Bus, FragmentHandle } from "@tiny-mosaic/event-bus";
import { createBus as createCore } from "@tiny-mosaic/event-bus/core";
import { createBus as createMin } from "@tiny-mosaic/event-bus/min";
import * as contracts from "@tiny-mosaic/event-bus/contracts";
import * as inspector from "@tiny-mosaic/event-bus/inspector";
import * as react from "@tiny-mosaic/event-bus/react";
import * as vue from "@tiny-mosaic/event-bus/vue";
import * as svelte from "@tiny-mosaic/event-bus/svelte";
import * as angular from "@tiny-mosaic/event-bus/angular";
import { createElement } from "react";
import type { Signal } from "@angular/core";
import type { ShallowRef } from "vue";

interface Messages {
  "cart:changed": { count: number };
}

export const bus: Bus = createBus({ appId: "shop" });
export const others: Bus[] = [createCore({ appId: "a" }), createMin({ appId: "b" })];
bus.publish(createEvent("cart:changed", { count: 1 }, { source: "shop" }));
export const modules = [contracts, inspector];

export function use(handle: FragmentHandle<Messages>): void {
  handle.publish("cart:changed", { count: 1 });
  // @ts-expect-error a payload of another type
  handle.publish("cart:changed", { count: "1" });
  // @ts-expect-error a misspelt name
  handle.subscribe("cart:change", () => {});
  handle.subscribe("cart:changed", ({ payload }) => payload.count.toFixed());

  const store = handle.atom("count", 0);
  const options = { bus: handle };
  react.useSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), options);
  react.useStore(store).toFixed();
  // @ts-expect-error a store that may be missing needs a value for the server
  react.useStore(store as typeof store | undefined);
  createElement(react.BusProvider, { bus: handle });
  createElement(react.BusProvider, { appId: "shop", validators: {} });
  createElement(react.HostBridgeProvider, { remotes: ["Cart"], onConflict: "replace" });

  vue.useSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), options);
  const ref: Readonly<ShallowRef<number>> = vue.useStore(store);
  ref.value.toFixed();
  vue.createBusPlugin(handle);
  vue.createBusPlugin({ appId: "shop" });

  svelte.useSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), options);
  svelte.setBus(handle)?.publish("cart:changed", { count: 1 });

  angular.injectSubscribe("cart:changed", ({ payload }) => payload.count.toFixed(), options);
  const signal: Signal<number> = angular.storeSignal(store);
  signal().toFixed();
  angular.provideBus({ appId: "shop" });
  angular.provideRemotePlatformBus({ accessToken: "t" });
}
`;

let packed: Packed;
before(async () => {
  packed = await pack(linked);
  await write(packed.project, "consumer.ts", consumer);
});
after(() => packed.remove());

describe("a project in TypeScript", () => {
  for (const [moduleResolution, module] of [
    ["nodenext", "nodenext"],
    ["bundler", "esnext"],
  ] as const) {
    test(`has all types by the resolution ${moduleResolution}`, async () => {
      const config = {
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: "es2022",
          lib: ["es2023", "dom", "dom.iterable"],
          module,
          moduleResolution,
          types: ["node"],
          skipLibCheck: false,
        },
        files: ["consumer.ts"],
      };
      await write(packed.project, "tsconfig.json", JSON.stringify(config));
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      const { status, output } = await node([tsc, "-p", "."], packed.project);
      assert.equal(status, 0, output);
    });
  }
});
