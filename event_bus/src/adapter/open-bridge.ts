/** Makes a bridge for as long as a provider stands. */

import { createHostBridge } from "../bridge/create-host-bridge.ts";
import type { CreateHostBridgeOptions, MfeBridgeHandle } from "../bridge/types.ts";
import { isHostBus } from "./any-bus.ts";
import type { AnyBus } from "./any-bus.ts";

export type BridgeOptions = Omit<CreateHostBridgeOptions, "appId" | "bus">;

export interface OpenBridge {
  readonly bridge: MfeBridgeHandle;
  readonly close: () => void;
}

/** Undefined where the page has no bridge. */
export function pageBridge(): MfeBridgeHandle | undefined {
  return (globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__;
}

/** Throws HostBridgeError as createHostBridge does, and an Error of this `remedy` without a bus. */
export function openBridge(
  bus: AnyBus | undefined,
  options: BridgeOptions,
  remedy: string,
): OpenBridge {
  if (!isHostBus(bus)) throw new Error(`A bridge needs a host's bus: ${remedy}.`);
  const before = pageBridge();
  const bridge = createHostBridge({ ...options, appId: bus.appId, bus });
  // One that was there already (`return-existing`) belongs to whoever made it.
  const close = bridge === before ? () => {} : () => bridge.dispose(options.accessToken);
  return { bridge, close };
}
