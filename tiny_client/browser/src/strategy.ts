/** When an island starts to hydrate. */

/** How far outside the viewport an island counts as visible: it is ready as it scrolls in. */
const VISIBLE_MARGIN = "100px";
/** Milliseconds. A busy page must not keep an idle island waiting for ever. */
const IDLE_TIMEOUT_MS = 2000;
/** Milliseconds to wait where the browser cannot tell when it is idle. */
const IDLE_FALLBACK_MS = 200;

const INTERACTIONS = ["pointerover", "pointerdown", "touchstart", "keydown", "focusin", "click"];

/** Calls `go` once, when the strategy says. Returns what takes the listeners away. */
export function when(
  strategy: string | null,
  host: Element,
  go: () => Promise<void>,
): () => void {
  if (strategy === "never") return () => {};
  if (strategy === "visible") {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          observer.disconnect();
          void go();
        }
      },
      { rootMargin: VISIBLE_MARGIN },
    );
    observer.observe(host);
    return () => observer.disconnect();
  }
  if (strategy === "interaction") return onInteraction(host, go);
  // Safari has no requestIdleCallback.
  if (strategy !== "idle") void go();
  else if ("requestIdleCallback" in window) requestIdleCallback(go, { timeout: IDLE_TIMEOUT_MS });
  else setTimeout(go, IDLE_FALLBACK_MS);
  return () => {};
}

/** A click that comes before the island is ready is held, then repeated where it was meant. */
function onInteraction(host: Element, go: () => Promise<void>): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const held: MouseEvent[] = [];
  let going = false;
  const listener = (event: Event): void => {
    if (event.type === "click") {
      event.preventDefault();
      event.stopImmediatePropagation();
      held.push(event as MouseEvent);
    }
    if (going) return;
    going = true;
    void go().then(() => {
      listening.abort();
      // Also after a failure: then a link or a form works as it does without JavaScript.
      for (const click of held) click.target?.dispatchEvent(new MouseEvent("click", click));
    });
  };
  for (const type of INTERACTIONS) {
    host.addEventListener(type, listener, { capture: true, passive: type !== "click", signal });
  }
  return () => listening.abort();
}
