/** Providers of the bus and the bridge: what they make, they dispose with their injector. */

import {
  DestroyRef,
  ENVIRONMENT_INITIALIZER,
  inject,
  makeEnvironmentProviders,
} from "@angular/core";
import type { EnvironmentProviders } from "@angular/core";
import { isAnyBus } from "../adapter/any-bus.ts";
import type { AnyBus } from "../adapter/any-bus.ts";
import { openBridge, pageBridge } from "../adapter/open-bridge.ts";
import type { BridgeOptions } from "../adapter/open-bridge.ts";
import { createBus } from "../bus/create-bus.ts";
import type { CreateBusOptions } from "../bus/types.ts";
import { BusService } from "./bus-service.ts";
import { HostBridgeService } from "./host-bridge-service.ts";
import { BUS_TOKEN, HOST_BRIDGE_TOKEN, injectBridge, injectBus } from "./tokens.ts";
import type { HostBridge } from "./tokens.ts";

/** Here too, not in the root alone: an injector below it may have another bus. */
const busService = { provide: BusService, useFactory: () => new BusService(injectBus()) };
const bridgeService = {
  provide: HostBridgeService,
  useFactory: () => new HostBridgeService(injectBridge()),
};

/** Provides this bus or handle and leaves it to its owner, or makes a bus of these options. */
export function provideBus(busOrOptions: AnyBus | CreateBusOptions): EnvironmentProviders {
  const useFactory = (): AnyBus => {
    if (isAnyBus(busOrOptions)) return busOrOptions;
    const bus = createBus(busOrOptions);
    inject(DestroyRef).onDestroy(() => bus.dispose());
    return bus;
  };
  return makeEnvironmentProviders([{ provide: BUS_TOKEN, useFactory }, busService]);
}

/**
 * Puts a bridge of the host's bus on the page, from when the injector is made until it is
 * destroyed. On the server there is none unless something asks for it.
 */
export function provideHostBridge(options: BridgeOptions = {}): EnvironmentProviders {
  const useFactory = (): HostBridge => {
    const bus = inject(BUS_TOKEN, { optional: true }) ?? undefined;
    const { bridge, close } = openBridge(bus, options, "add provideBus(…) to the providers");
    inject(DestroyRef).onDestroy(close);
    return { bridge, accessToken: options.accessToken };
  };
  const makeInBrowser = (): void => {
    if (typeof document !== "undefined") inject(HOST_BRIDGE_TOKEN);
  };
  return makeEnvironmentProviders([
    { provide: HOST_BRIDGE_TOKEN, useFactory },
    { provide: ENVIRONMENT_INITIALIZER, multi: true, useValue: makeInBrowser },
    bridgeService,
  ]);
}

/** Provides the bus and the bridge that the page's host has put on window. */
export function provideRemotePlatformBus({
  accessToken,
}: { readonly accessToken?: string | undefined } = {}): EnvironmentProviders {
  const remote = (): HostBridge => {
    const bridge = pageBridge();
    if (bridge !== undefined) return { bridge, accessToken };
    throw new Error(
      "The page has no bridge: the host's script must run before this application starts.",
    );
  };
  const bus = (): AnyBus => inject(HOST_BRIDGE_TOKEN).bridge.getBus(accessToken);
  return makeEnvironmentProviders([
    { provide: HOST_BRIDGE_TOKEN, useFactory: remote },
    { provide: BUS_TOKEN, useFactory: bus },
    busService,
    bridgeService,
  ]);
}
