/** A host's bus with the handle of one fragment, for the tests of the adapters. */

import { connectFragment } from "../bridge/fragment-handle.ts";
import type { FragmentHandle } from "../bridge/types.ts";
import { createBus } from "../bus/create-bus.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";

export type ShopMessages = {
  "cart:changed": { readonly count: number };
  "user:left": null;
};

export interface Shop {
  readonly bus: Bus;
  readonly handle: FragmentHandle<ShopMessages>;
  /** Publishes `cart:changed` as the host. */
  readonly cartChanged: (count: number) => void;
  /** How many subscriptions there are, of anybody. */
  readonly subscriptions: () => number;
}

export const options = {
  appId: "shop",
  allowUnregisteredMessageNames: true,
  dispatch: "sync",
} satisfies CreateBusOptions;

export function openShop(more: Partial<CreateBusOptions> = {}): Shop {
  const bus = createBus({ ...options, ...more });
  const state = attachStateSync(bus, { enabled: true });
  return {
    bus,
    handle: connectFragment<ShopMessages>(bus, "cart", { state }),
    cartChanged: (count) => bus.publish(createEvent("cart:changed", { count }, { source: "shop" })),
    subscriptions: () => [...bus.subscriptions().values()].reduce((sum, n) => sum + n, 0),
  };
}
