/** The page's bridge as an Angular service, which presents the access token. */

import { ɵɵdefineInjectable } from "@angular/core";
import type { MfeBridgeHandle } from "../bridge/types.ts";
import type { Bus } from "../bus/types.ts";
import type { IncompleteMessage } from "../envelope/complete.ts";
import type { AckResult } from "../envelope/types.ts";
import { injectBridge } from "./tokens.ts";
import type { HostBridge } from "./tokens.ts";

export class HostBridgeService {
  /** What Angular reads in place of a decorator, which would need its compiler. */
  static readonly ɵprov: unknown = /* @__PURE__ */ ɵɵdefineInjectable({
    token: HostBridgeService,
    providedIn: "root",
    factory: () => new HostBridgeService(injectBridge()),
  });

  readonly bridge: MfeBridgeHandle;
  readonly #accessToken: string | undefined;

  constructor({ bridge, accessToken }: HostBridge) {
    this.bridge = bridge;
    this.#accessToken = accessToken;
  }

  /** As the bridge's; the token is the one that was provided, unless given. */
  tryPublish(message: IncompleteMessage, token = this.#accessToken): AckResult {
    return this.bridge.tryPublish(message, token);
  }

  getBus(token = this.#accessToken): Bus {
    return this.bridge.getBus(token);
  }
}
