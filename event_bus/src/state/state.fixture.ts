/** A bus with shared state, and messages to change it, for tests. */

import { createBus } from "../bus/create-bus.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { StateMessage } from "../envelope/types.ts";
import { attachStateSync } from "./attach-state-sync.ts";
import type { StateSyncAttachOptions, StateSyncCoordinator } from "./types.ts";

export interface OpenState {
  readonly bus: Bus;
  readonly state: StateSyncCoordinator;
}

export function openState(
  stateOptions: Partial<StateSyncAttachOptions> = {},
  busOptions: Partial<CreateBusOptions> = {},
): OpenState {
  const bus = createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    ...busOptions,
  });
  return { bus, state: attachStateSync(bus, { enabled: true, ...stateOptions }) };
}

/** A replace of the key `cart`, unless `more` says something else. */
export function change(revision: number, payload: unknown, more: object = {}): StateMessage {
  return completeMessage({
    kind: "state",
    messageName: "cart",
    stateKey: "cart",
    operation: "replace",
    source: "test",
    revision,
    payload,
    ...more,
  }) as unknown as StateMessage;
}
