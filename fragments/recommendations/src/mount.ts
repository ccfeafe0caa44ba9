/** Wakes the fragment's HTML in the browser. */
import { addToCart } from "./add-to-cart.ts";
import { answerForCart } from "./answer-for-cart.ts";
import type { Bus } from "./bus.ts";
import type { RecommendationsProps } from "./props.ts";
import { render } from "./render.ts";
import { sayAnew } from "./say-anew.ts";
import { scrollByArrows } from "./scroll-by-arrows.ts";
import { localeOf, TEXTS } from "./texts.ts";

/** What the page's runtime gives besides the props. */
export interface MountOptions {
  readonly bus?: Bus | undefined;
}

/** Makes `element` interactive, rendering into it first if it is empty; the answer undoes that. */
export function mount(
  element: Element,
  props: RecommendationsProps,
  { bus }: MountOptions = {},
): () => void {
  if (!element.firstElementChild) element.innerHTML = render(props);
  const products = props.products ?? [];
  let locale = localeOf(props.locale);

  const adding = addToCart(element, products, bus, () => TEXTS[locale]);
  const cleanups = [adding.end, scrollByArrows(element)];
  const speak = (asked: unknown): void => {
    const next = localeOf(asked ?? props.locale);
    if (next === locale) return;
    locale = next;
    adding.restore();
    sayAnew(element, render({ ...props, locale }));
  };
  if (bus) {
    cleanups.push(
      ...allowed(() =>
        bus.atom<{ locale?: string }>("shop:preferences").subscribe((now) => speak(now?.locale)),
      ),
      ...allowed(() => answerForCart(bus, products)),
    );
  }
  return () => {
    for (const cleanup of cleanups) cleanup();
  };
}

/** What `start` answers, or nothing where the host does not let us. */
function allowed(start: () => () => void): (() => void)[] {
  try {
    return [start()];
  } catch {
    return [];
  }
}
