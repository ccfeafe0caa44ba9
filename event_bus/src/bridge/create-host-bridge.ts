/** Puts a bus into the page as `window.__MFE_BRIDGE__`, for fragments of any bundle. */

import type { Bus } from "../bus/types.ts";
import { HostBridgeError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import type { StateSyncCoordinator } from "../state/types.ts";
import { generateAccessToken } from "./access-token.ts";
import { publishWith } from "./answer.ts";
import { connectFragment } from "./fragment-handle.ts";
import type { CreateHostBridgeOptions, FragmentHandle, MfeBridgeHandle } from "./types.ts";
import {
  clearSlot,
  conflict,
  isValidMfeBridgeHandle,
  occupySlot,
  readSlot,
} from "./window-slot.ts";

/**
 * Returns the handle that the page has: the new one, or with `return-existing` the one before.
 * Throws HostBridgeError: `conflict`, `unauthorized` (replacing a bridge of another token),
 * `validation`.
 */
export function createHostBridge(options: CreateHostBridgeOptions): MfeBridgeHandle {
  const { onConflict, accessToken } = options;
  if (accessToken === "") {
    throw new HostBridgeError("validation", "accessToken is empty.");
  }
  const existing = readSlot();
  if (existing !== undefined) {
    if (onConflict === "replace") {
      if (isValidMfeBridgeHandle(existing)) existing.dispose(accessToken);
      else clearSlot();
    } else if (onConflict === "return-existing" && isSame(existing, options)) return existing;
    else throw conflict(`by "${(existing as Partial<MfeBridgeHandle> | null)?.appId}"`);
  }
  const handle = createHandle(options);
  occupySlot(handle);
  return handle;
}

function isSame(existing: unknown, options: CreateHostBridgeOptions): existing is MfeBridgeHandle {
  const { appId, remotes = [], bus, accessToken } = options;
  return (
    isValidMfeBridgeHandle(existing) &&
    existing.appId === appId &&
    JSON.stringify(existing.remotes) === JSON.stringify(remotes) &&
    existing.getBus(accessToken) === bus
  );
}

function createHandle(options: CreateHostBridgeOptions): MfeBridgeHandle {
  const { appId, bus, remotes = [], accessToken, onLeak, stateSync } = options;
  const attached = stateSync && "enabled" in stateSync && attachStateSync(bus, stateSync);
  const state = attached || (stateSync as StateSyncCoordinator | undefined);
  // What the host has given away and may take back: handles, and tokens under themselves. A record
  // without a prototype, not a Map: a fragment that changed Map.prototype would be handed them.
  const issued = Object.create(null) as Record<string, Pick<FragmentHandle, "name" | "dispose">>;
  let taken = false;
  let ended = false;
  const isDisposed = (): boolean => ended || bus.disposed;

  /** What is refused is reported, because the caller will not tell the host. */
  function refuseIf(refused: boolean, problem: string, code: ErrorCode = "unauthorized"): void {
    if (!refused) return;
    const error = new HostBridgeError(code, `The bridge of "${appId}" ${problem}.`);
    bus.report(error, "bridge");
    throw error;
  }

  const refuseIfDisposed = (): void => refuseIf(isDisposed(), "is disposed", "delivery");

  function authorize(token: string | undefined): void {
    refuseIf(accessToken !== undefined && token !== accessToken, "wants its access token");
  }

  function getBus(token?: string): Bus {
    authorize(token);
    refuseIfDisposed();
    return bus;
  }

  function connect(name: string): FragmentHandle {
    refuseIfDisposed();
    // A key that nobody knows, so that it is no token.
    const key = generateAccessToken();
    const onEnd = (): void => void delete issued[key];
    const handle = connectFragment(bus, name, { state, onLeak, onEnd });
    issued[key] = handle;
    return handle;
  }

  /** Of one name, or of all. */
  function revoke(name?: string): void {
    for (const key in issued) {
      if (name === undefined || issued[key]?.name === name) issued[key]?.dispose();
    }
  }

  return Object.freeze<MfeBridgeHandle>({
    protocolVersion: 1,
    appId,
    remotes: Object.freeze([...remotes]),
    get disposed() {
      return isDisposed();
    },
    getBus,
    tryPublish: (message, token) => publishWith(() => getBus(token), () => message),
    connect(name, token) {
      // As text, once: an object could be read as one token and deleted as another.
      const found = issued[`${token}`];
      found?.dispose();
      refuseIfDisposed();
      refuseIf(!found || found.name !== name, "knows no such token");
      return connect(name);
    },
    takeConnector() {
      refuseIfDisposed();
      refuseIf(taken, "has given its connector away");
      taken = true;
      return Object.freeze({
        connect,
        issueToken(name: string) {
          refuseIfDisposed();
          const token = generateAccessToken();
          issued[token] = { name, dispose: () => delete issued[token] };
          return token;
        },
        revoke,
      });
    },
    ...(state && {
      getSnapshot: <T>(stateKey: string, token?: string): T | undefined =>
        getBus(token) && state.getSnapshot<T>(stateKey),
    }),
    dispose(token) {
      authorize(token);
      ended = true;
      revoke();
      if (attached) attached.dispose();
    },
  });
}
