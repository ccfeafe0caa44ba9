/** Tells other fragments which of the products goes well with what is in the cart. */
import type { Bus } from "./bus.ts";
import type { Product } from "./props.ts";

export interface ForCart {
  readonly product: Pick<Product, "id" | "name" | "priceCents" | "url"> | null;
  /** The item that it goes well with. */
  readonly goesWithId: string | null;
}

/** The first product that is not in the cart and goes with an item; what was added last wins. */
export function forCart(products: readonly Product[], itemIds: readonly string[]): ForCart {
  for (const goesWithId of itemIds.toReversed()) {
    const found = products.find(
      (product) => product.goesWith?.includes(goesWithId) && !itemIds.includes(product.id),
    );
    if (!found) continue;
    const { id, name, priceCents, url } = found;
    return { product: { id, name, priceCents, url }, goesWithId };
  }
  return { product: null, goesWithId: null };
}

/** Answers `recommendations:for-cart`, and says that it does; the result ends it. */
export function answerForCart(bus: Bus, products: readonly Product[]): () => void {
  const stop = bus.respond("recommendations:for-cart", ({ itemIds }: { itemIds: string[] }) =>
    forCart(products, itemIds),
  );
  bus.publish("recommendations:ready", {});
  return stop;
}
