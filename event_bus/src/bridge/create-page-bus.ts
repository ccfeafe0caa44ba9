/** Everything that a page needs of the bus, strict in production and open to look into otherwise. */

import { createBus } from "../bus/create-bus.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import type { StateSyncAttachOptions, StateSyncCoordinator } from "../state/types.ts";
import { generateAccessToken } from "./access-token.ts";
import { createHostBridge } from "./create-host-bridge.ts";
import { readInitialState } from "./initial-state.ts";
import type { Leak, MfeBridgeHandle } from "./types.ts";

/** Messages that the bus remembers in development, for the inspector. */
const DEV_LOG_LIMIT = 500;

export interface CreatePageBusOptions extends CreateBusOptions {
  /** What the state must satisfy, by key: `contracts.schemas`. */
  readonly schemas?: StateSyncAttachOptions["schemas"];
  /**
   * Every script of the page may have the bus (`getBus()`), the bus keeps a log, and what fragments
   * leave behind is named on the console; `window.__TINY_BUS_DEV__` serves the inspector and tests.
   */
  readonly development?: boolean | undefined;
}

export interface PageBus {
  /** Full authority: keep it to the host's own scripts. */
  readonly bus: Bus;
  readonly state: StateSyncCoordinator;
  readonly bridge: MfeBridgeHandle;
}

/**
 * Makes the page's bus, its state with what the page brought (`bus_state()` in the template), and
 * its bridge, of which nobody is told the token: fragments speak by their handles. Then sends the
 * DOM event `mfe-bridge-ready` on window. Call it before the fragments start.
 */
export function createPageBus(options: CreatePageBusOptions): PageBus {
  const { appId, schemas, development } = options;
  const bus = createBus({ logLimit: development ? DEV_LOG_LIMIT : 0, ...options });
  const initialSnapshots = readInitialState();
  const state = attachStateSync(bus, { enabled: true, initialSnapshots, schemas });
  const leaks: Leak[] = [];
  const bridge = createHostBridge({
    appId,
    bus,
    stateSync: state,
    accessToken: development ? undefined : generateAccessToken(),
    onLeak(leak) {
      if (!development) return;
      leaks.push(leak);
      console.warn(`Fragment ${leak.name} left subscribed: ${leak.subscriptions.join(", ")}`);
    },
  });
  if (development) Object.assign(globalThis, { __TINY_BUS_DEV__: { bus, state, leaks } });
  dispatchEvent(new Event("mfe-bridge-ready"));
  return { bus, state, bridge };
}
