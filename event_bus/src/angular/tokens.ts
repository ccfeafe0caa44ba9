/** The tokens of the bus and the bridge, and the errors where nothing is provided. */

import { InjectionToken, inject } from "@angular/core";
import type { AnyBus } from "../adapter/any-bus.ts";
import type { FragmentHandle, MfeBridgeHandle } from "../bridge/types.ts";

/** A fragment's handle, or a host's bus. */
export const BUS_TOKEN: InjectionToken<AnyBus> = /* @__PURE__ */ new InjectionToken("tiny-bus");

/** The bridge of the page, and the token that the page's scripts present to it. */
export const HOST_BRIDGE_TOKEN: InjectionToken<HostBridge> = /* @__PURE__ */ new InjectionToken(
  "tiny-bridge",
);

export interface HostBridge {
  readonly bridge: MfeBridgeHandle;
  readonly accessToken: string | undefined;
}

/** The bus that is provided. Throws where there is none, unless that is `optional`. */
export function injectBus<B extends AnyBus = FragmentHandle>(): B;
export function injectBus<B extends AnyBus = FragmentHandle>(options: {
  readonly optional: true;
}): B | undefined;
export function injectBus(options?: { readonly optional: true }): AnyBus | undefined {
  const bus = inject(BUS_TOKEN, { optional: true }) ?? undefined;
  if (bus !== undefined || options?.optional) return bus;
  throw new Error("No bus is provided: add provideBus(…) or provideRemotePlatformBus().");
}

export function injectBridge(): HostBridge {
  const found = inject(HOST_BRIDGE_TOKEN, { optional: true });
  if (found !== null) return found;
  throw new Error(
    "No bridge is provided: add provideHostBridge(…) or provideRemotePlatformBus().",
  );
}

/** The bridge that is provided. Throws where there is none. */
export function injectHostBridge(): MfeBridgeHandle {
  return injectBridge().bridge;
}
