/** The bridge: what a fragment of another bundle finds on window. */

import type { Bus } from "../bus/types.ts";
import type { IncompleteMessage } from "../envelope/complete.ts";
import type { AckResult } from "../envelope/types.ts";

export interface MfeBridgeHandle {
  readonly protocolVersion: 1;
  readonly appId: string;
  readonly remotes: readonly string[];
  /** True once disposed; the page's slot is then free for another bridge. */
  readonly disposed: boolean;
  /** Throws HostBridgeError: `unauthorized`, or `delivery` where the bridge is disposed. */
  getBus(token?: string): Bus;
  /** Fills in missing ids, time, version and sensitivity, and publishes; never throws. */
  tryPublish(message: IncompleteMessage, token?: string): AckResult;
  /** Takes the bridge off the page. Throws HostBridgeError: `unauthorized`. */
  dispose(token?: string): void;
}

export interface CreateHostBridgeOptions {
  readonly appId: string;
  readonly bus: Bus;
  /** The fragments that the host expects; informative. */
  readonly remotes?: readonly string[] | undefined;
  /**
   * What to do where the page has a bridge. `throw` (default); `return-existing`: take it if it
   * has the same appId, remotes and bus, else throw; `replace`: dispose it first.
   */
  readonly onConflict?: "throw" | "return-existing" | "replace" | undefined;
  /** Callers must present it; `generateAccessToken` makes one. Without it, nobody is asked. */
  readonly accessToken?: string | undefined;
}
