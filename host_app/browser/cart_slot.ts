/** Whether the page's Cart fragment is alive, so that it can take what is added. */

const CART = 'tiny-fragment[name="Cart"]';
const WILL_BE_ACTIVE = new Set(["rendered", "hydrating"]);

function status(): string {
  // A slot without status is client-only and has not begun.
  const slot = document.querySelector(CART);
  return slot ? (slot.getAttribute("status") ?? "rendered") : "absent";
}

/** Says whether the Cart is active. */
export function cartIsActiveNow(): boolean {
  return status() === "active";
}

/** Says whether the Cart is active or may still become so. */
export function cartMayAnswer(): boolean {
  return cartIsActiveNow() || WILL_BE_ACTIVE.has(status());
}

/** Resolves to true once the Cart is active, to false when it fails or the time is over. */
export function cartIsActive(timeoutMs: number): Promise<boolean> {
  if (!WILL_BE_ACTIVE.has(status())) return Promise.resolve(cartIsActiveNow());
  return new Promise((resolve) => {
    const settle = (): void => {
      if (WILL_BE_ACTIVE.has(status())) return;
      stop();
    };
    const stop = (): void => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(cartIsActiveNow());
    };
    const timer = setTimeout(stop, timeoutMs);
    const observer = new MutationObserver(settle);
    observer.observe(document.body, { subtree: true, attributeFilter: ["status"] });
  });
}
