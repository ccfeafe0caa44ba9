/** Wakes the fragment's HTML in the browser. */
import { addToCart } from "./add-to-cart.ts";
import type { RecommendationsProps } from "./props.ts";
import { render } from "./render.ts";
import { scrollByArrows } from "./scroll-by-arrows.ts";

/** Makes `element` interactive, rendering into it first if it is empty; the answer undoes that. */
export function mount(element: Element, props: RecommendationsProps): () => void {
  if (!element.firstElementChild) element.innerHTML = render(props);
  const cleanups = [addToCart(element, props.products ?? []), scrollByArrows(element)];
  return () => {
    for (const cleanup of cleanups) cleanup();
  };
}
