/** The slot `window.__MFE_BRIDGE__`: whoever holds it keeps it until its bridge is disposed. */

import { HostBridgeError } from "../errors.ts";
import type { MfeBridgeHandle } from "./types.ts";

const SLOT = "__MFE_BRIDGE__";

const page = globalThis as { [SLOT]?: unknown };

/** Whether a value has the shape of a bridge of this protocol, whichever bundle made it. */
export function isValidMfeBridgeHandle(value: unknown): value is MfeBridgeHandle {
  const handle = value as MfeBridgeHandle | null | undefined;
  return (
    typeof handle === "object" &&
    handle?.protocolVersion === 1 &&
    typeof handle.appId === "string" &&
    Array.isArray(handle.remotes) &&
    (["getBus", "tryPublish", "dispose"] as const).every(
      (member) => typeof handle[member] === "function",
    )
  );
}

/** Undefined where the slot is free. */
export function readSlot(): unknown {
  return page[SLOT];
}

export function conflict(how: string): HostBridgeError {
  return new HostBridgeError(
    "conflict",
    `window.${SLOT} is taken ${how}: dispose that, or pass onConflict: "replace".`,
  );
}

/** Takes away what stands in the slot and is no bridge. Throws HostBridgeError: `conflict`. */
export function clearSlot(): void {
  if (!Reflect.deleteProperty(page, SLOT)) throw conflict("for good");
}

/** Throws HostBridgeError: `conflict` where the slot is taken. */
export function occupySlot(handle: MfeBridgeHandle): void {
  if (Object.getOwnPropertyDescriptor(page, SLOT)?.configurable !== false) defineSlot();
  page[SLOT] = handle;
}

/**
 * An accessor that cannot be redefined or deleted, so that no script takes the place of a live
 * bridge. It serves every copy of this package in the page: a bridge says itself that it is
 * disposed, and then any copy may put another one here.
 */
function defineSlot(): void {
  let current: MfeBridgeHandle | undefined;
  const live = (): MfeBridgeHandle | undefined => {
    return current?.disposed === false ? current : undefined;
  };
  Object.defineProperty(page, SLOT, {
    configurable: false,
    enumerable: true,
    get: live,
    set(next: unknown) {
      if (live() || !isValidMfeBridgeHandle(next)) throw conflict("by a bridge, or for one");
      current = next;
    },
  });
}
