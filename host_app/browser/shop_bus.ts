/** Makes the page's bus with the shop's contracts and rules, and joins it to the other tabs. */

import { connectFragment, connectTabs, createPageBus } from "../../event_bus/src/index.ts";
import type { Bus, FragmentHandle } from "../../event_bus/src/index.ts";
import { contracts, validators } from "./contracts.ts";
import type { ShopPayloads } from "./contracts.ts";
import { createTopics, SHOP } from "./topics.ts";

const TABS_CHANNEL = "oat-and-ash";
/** What every tab of the shop shares; commands stay in the tab that they were given in. */
const SHARED_WITH_TABS = ["shop:*", "cart:saved"];

export type ShopHandle = FragmentHandle<ShopPayloads>;

export interface ShopBus {
  /** The host's own handle. */
  readonly shop: ShopHandle;
  readonly bus: Bus;
}

export function makeShopBus(development: boolean): ShopBus {
  const { bus, state } = createPageBus({
    appId: SHOP,
    development,
    validators,
    registry: createTopics(),
    schemas: contracts.schemas,
    // Fragments come to life one after the other: what they need to know waits for them.
    retain: { "recommendations:ready": 1, "user:context-updated": 1 },
  });
  // Without `state`: a new tab has what the host keeps, which is newer than any other tab's.
  connectTabs(bus, { channel: TABS_CHANNEL, topics: SHARED_WITH_TABS });
  return { bus, shop: connectFragment<ShopPayloads>(bus, SHOP, { state }) };
}
