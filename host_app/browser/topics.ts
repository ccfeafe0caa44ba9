/** Who may publish and read which messages of the shop's pages; what is not named here, nobody. */

import { TopicRegistry } from "../../event_bus/src/index.ts";

/** The host's own name on the bus. */
export const SHOP = "shop";
const CART = "Cart";
const RECOMMENDATIONS = "Recommendations";
const REVIEWS = "Reviews";
const FRAGMENTS = [CART, RECOMMENDATIONS, REVIEWS];

/** By message name: the publishers, then the readers. */
const ACCESS: Readonly<Record<string, readonly [publishers: string[], readers: string[]]>> = {
  "shop:cart": [[SHOP], [SHOP, CART]],
  "shop:session": [[SHOP], [SHOP, REVIEWS]],
  "shop:preferences": [[SHOP], [SHOP, ...FRAGMENTS]],
  "cart:add": [[SHOP, CART, RECOMMENDATIONS], [SHOP]],
  "cart:set-quantity": [[SHOP, CART], [SHOP]],
  "cart:item-added": [[SHOP], [SHOP, ...FRAGMENTS]],
  "cart:saved": [[SHOP], [SHOP]],
  "recommendations:ready": [[RECOMMENDATIONS], [CART]],
  "recommendations:for-cart": [[CART], [RECOMMENDATIONS]],
  "user:context-updated": [[SHOP], [SHOP, REVIEWS]],
};

/** Answers to a command or query are for whoever may ask it. */
export function createTopics(): TopicRegistry {
  const registry = new TopicRegistry({ strict: true });
  for (const [messageName, [allowedPublishers, allowedSubscribers]] of Object.entries(ACCESS)) {
    registry.register({ messageName, allowedPublishers, allowedSubscribers });
  }
  return registry;
}
