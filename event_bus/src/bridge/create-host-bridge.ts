/** Puts a bus into the page as `window.__MFE_BRIDGE__`, for fragments of any bundle. */

import { HostBridgeError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import type { Bus } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { AckResult, MessageBase } from "../envelope/types.ts";
import type { CreateHostBridgeOptions, MfeBridgeHandle } from "./types.ts";
import { clearSlot, isValidMfeBridgeHandle, occupySlot, readSlot } from "./window-slot.ts";

/**
 * Returns the handle that the page has: the new one, or with `return-existing` the one before.
 * Throws HostBridgeError: `conflict`, `unauthorized` (replacing a bridge of another token),
 * `validation`.
 */
export function createHostBridge(options: CreateHostBridgeOptions): MfeBridgeHandle {
  if (options.accessToken === "") {
    throw new HostBridgeError("validation", "accessToken is empty. Use generateAccessToken().");
  }
  const existing = readSlot();
  if (existing !== undefined) {
    const kept = resolveConflict(existing, options);
    if (kept !== undefined) return kept;
  }
  const handle = createHandle(options);
  occupySlot(handle);
  return handle;
}

/** Returns the bridge to keep; undefined where the slot is now free. */
function resolveConflict(
  existing: unknown,
  options: CreateHostBridgeOptions,
): MfeBridgeHandle | undefined {
  const { onConflict = "throw", accessToken } = options;
  if (onConflict === "replace") {
    if (isValidMfeBridgeHandle(existing)) existing.dispose(accessToken);
    else clearSlot();
    return undefined;
  }
  if (onConflict === "return-existing" && isSame(existing, options)) {
    return existing as MfeBridgeHandle;
  }
  const owner = (existing as Partial<MfeBridgeHandle> | null)?.appId;
  throw new HostBridgeError(
    "conflict",
    `window.__MFE_BRIDGE__ is taken by "${owner}". Use that bridge, dispose it, or pass ` +
      'onConflict: "replace".',
  );
}

function isSame(existing: unknown, options: CreateHostBridgeOptions): boolean {
  const { appId, remotes = [], bus, accessToken } = options;
  return (
    isValidMfeBridgeHandle(existing) &&
    existing.appId === appId &&
    existing.remotes.length === remotes.length &&
    existing.remotes.every((remote, index) => remote === remotes[index]) &&
    existing.getBus(accessToken) === bus
  );
}

function createHandle(options: CreateHostBridgeOptions): MfeBridgeHandle {
  const { appId, bus, remotes = [], accessToken } = options;
  let disposed = false;

  function authorize(token: string | undefined): void {
    if (accessToken === undefined || token === accessToken) return;
    throw new HostBridgeError(
      "unauthorized",
      `The bridge of "${appId}" wants the access token that its host gives.`,
    );
  }

  function getBus(token?: string): Bus {
    authorize(token);
    if (!disposed) return bus;
    throw new HostBridgeError("delivery", `The bridge of "${appId}" is disposed.`);
  }

  return Object.freeze<MfeBridgeHandle>({
    protocolVersion: 1,
    appId,
    remotes: Object.freeze([...remotes]),
    get disposed() {
      return disposed;
    },
    getBus,
    tryPublish(message, token) {
      let correlationId = "";
      try {
        const complete = completeMessage(message) as unknown as MessageBase;
        correlationId = String(complete.correlationId);
        const outcome = getBus(token).attemptPublish(complete);
        if (outcome.status === "delivered") return ack(correlationId);
        return nack(correlationId, outcome.error.code, outcome.error.message);
      } catch (error) {
        // Either getBus refused, or the message has a getter that throws.
        const code = error instanceof HostBridgeError ? (error.code as ErrorCode) : "validation";
        return nack(correlationId, code, String((error as Partial<Error>)?.message ?? error));
      }
    },
    dispose(token) {
      authorize(token);
      disposed = true;
    },
  });
}

function ack(correlationId: string): AckResult {
  return { accepted: true, correlationId, receivedAtUtc: new Date().toISOString() };
}

function nack(correlationId: string, errorCode: ErrorCode, message: string): AckResult {
  const receivedAtUtc = new Date().toISOString();
  return { accepted: false, correlationId, errorCode, message, receivedAtUtc };
}
