/** Asks the Recommendations fragment what goes well with the cart; shows nothing without it. */
import { useEffect, useState } from "react";
import type { Bus } from "./bus.ts";
import type { Items } from "./items.ts";

/** `goesWithId` is the item that the product goes with. */
export interface Suggestion {
  readonly product: {
    readonly id: string;
    readonly name: string;
    readonly priceCents: number;
    readonly url: string;
  };
  readonly goesWithId: string;
}

const ANSWER_TIMEOUT_MS = 1500;

export function useSuggestion(bus: Bus | undefined, items: Items): Suggestion | undefined {
  const [suggestion, setSuggestion] = useState<Suggestion>();
  const ids = JSON.stringify(items.map(({ id }) => id));

  useEffect(() => {
    const itemIds = JSON.parse(ids) as readonly string[];
    if (!bus || itemIds.length === 0) return undefined;
    const over = new AbortController();
    const ask = async (): Promise<void> => {
      const options = { timeoutMs: ANSWER_TIMEOUT_MS, signal: over.signal };
      const answer = await bus
        .request("recommendations:for-cart", { itemIds }, options)
        .catch(() => undefined);
      if (!over.signal.aborted) setSuggestion(isSuggestion(answer) ? answer : undefined);
    };
    let stop: (() => void) | undefined;
    try {
      // Retained: it says so too where Recommendations was there before.
      stop = bus.subscribe("recommendations:ready", () => void ask());
    } catch {
      // A host that does not let us: no suggestion then.
    }
    return () => {
      over.abort();
      stop?.();
    };
  }, [bus, ids]);

  const fits = (id: string): boolean => items.some((item) => item.id === id);
  return suggestion && fits(suggestion.goesWithId) && !fits(suggestion.product.id)
    ? suggestion
    : undefined;
}

/** Another team's fragment answers, so what it says is checked. */
function isSuggestion(value: unknown): value is Suggestion {
  const { product, goesWithId } = (value ?? {}) as Partial<Suggestion>;
  return (
    typeof product?.id === "string" &&
    typeof product.name === "string" &&
    Number.isSafeInteger(product.priceCents) &&
    typeof product.url === "string" &&
    /^(\/(?!\/)|https?:)/.test(product.url) &&
    typeof goesWithId === "string"
  );
}
