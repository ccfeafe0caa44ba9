/** Plugins that give an app its bus, and a host its bridge. */

import { inject } from "vue";
import type { App, Plugin } from "vue";
import { BUS_KEY, isAnyBus } from "../adapter/any-bus.ts";
import type { AnyBus } from "../adapter/any-bus.ts";
import { openBridge } from "../adapter/open-bridge.ts";
import type { BridgeOptions } from "../adapter/open-bridge.ts";
import { createBus } from "../bus/create-bus.ts";
import type { CreateBusOptions } from "../bus/types.ts";
import { BRIDGE_KEY } from "./composables.ts";

/**
 * Provides a bus to the app and leaves it to its owner, or makes one of these options and disposes
 * it when the app is unmounted. Undefined (on the server, a page without a bus) provides none.
 */
export function createBusPlugin(busOrOptions: AnyBus | CreateBusOptions | undefined): Plugin {
  return {
    install(app: App): void {
      if (busOrOptions === undefined || isAnyBus(busOrOptions)) {
        app.provide(BUS_KEY, busOrOptions);
        return;
      }
      const bus = createBus(busOrOptions);
      app.provide(BUS_KEY, bus);
      app.onUnmount(() => bus.dispose());
    },
  };
}

/**
 * Puts a bridge of the app's bus on the page until the app is unmounted. Use it after the bus
 * plugin. On the server it does nothing.
 */
export function createHostBridgePlugin(options: BridgeOptions = {}): Plugin {
  return {
    install(app: App): void {
      if (typeof document === "undefined") return;
      const bus = app.runWithContext(() => inject<AnyBus | undefined>(BUS_KEY, undefined));
      const { bridge, close } = openBridge(bus, options, "use createBusPlugin before it");
      app.provide(BRIDGE_KEY, bridge);
      app.onUnmount(close);
    },
  };
}
