/** The two arrows that scroll the cards; shown only where there is more than fits. */

/** Part of the visible width that one press moves, so that a card stays as a landmark. */
const STEP = 0.85;
/** Pixels that a list may be away from its end and still count as there: widths are fractions. */
const END_TOLERANCE_PX = 2;

/** Brings the arrows in `element` to life; the answer hides them and stops listening. */
export function scrollByArrows(element: Element): () => void {
  const list = element.querySelector<HTMLElement>(".recs-list");
  const nav = element.querySelector<HTMLElement>(".recs-nav");
  if (!list || !nav) return () => undefined;
  const arrows = [...nav.querySelectorAll<HTMLButtonElement>("button")];

  const update = (): void => {
    const hiddenPx = list.scrollWidth - list.clientWidth;
    nav.hidden = hiddenPx <= END_TOLERANCE_PX;
    for (const arrow of arrows) {
      const atEnd = isBack(arrow)
        ? list.scrollLeft <= END_TOLERANCE_PX
        : list.scrollLeft >= hiddenPx - END_TOLERANCE_PX;
      // Not `disabled`: that would take the focus from someone who pressed it by keyboard.
      arrow.setAttribute("aria-disabled", String(atEnd));
    }
  };
  const scroll = (event: Event): void => {
    const direction = isBack(event.currentTarget as HTMLButtonElement) ? -1 : 1;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.scrollBy({
      left: direction * list.clientWidth * STEP,
      behavior: calm ? "instant" : "smooth",
    });
  };

  const observer = new ResizeObserver(update);
  observer.observe(list);
  list.addEventListener("scroll", update, { passive: true });
  for (const arrow of arrows) arrow.addEventListener("click", scroll);
  update();
  return () => {
    observer.disconnect();
    list.removeEventListener("scroll", update);
    for (const arrow of arrows) arrow.removeEventListener("click", scroll);
    nav.hidden = true;
  };
}

function isBack(arrow: HTMLButtonElement): boolean {
  return arrow.dataset["direction"] === "previous";
}
