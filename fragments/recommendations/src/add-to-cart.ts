/** Answers the "Add to cart" forms with a message on the page's bus. */
import { name } from "../tiny.json";
import type { Product } from "./props.ts";

/** The part of `window.__MFE_BRIDGE__` that this fragment uses. */
export interface Bridge {
  tryPublish(message: object): { readonly accepted: boolean };
}

declare global {
  interface Window {
    __MFE_BRIDGE__?: Bridge;
  }
}

/** How long a button says that its product was added. */
const FEEDBACK_MS = 1800;

/** Listens to the forms in `element`; the answer ends it and puts the buttons' texts back. */
export function addToCart(element: Element, products: readonly Product[]): () => void {
  const confirmed = new Map<HTMLButtonElement, { text: string; timer: number }>();

  const restore = (button: HTMLButtonElement): void => {
    const confirmation = confirmed.get(button);
    if (!confirmation) return;
    window.clearTimeout(confirmation.timer);
    confirmed.delete(button);
    button.textContent = confirmation.text;
    button.classList.remove("recs-added");
  };

  const confirm = (button: HTMLButtonElement, product: Product): void => {
    restore(button);
    const timer = window.setTimeout(() => restore(button), FEEDBACK_MS);
    confirmed.set(button, { text: button.textContent, timer });
    button.textContent = "Added";
    button.classList.add("recs-added");
    announce(element, `${product.name} added to the cart.`);
  };

  const submit = (event: Event): void => {
    const form = event.target as HTMLFormElement;
    const id = form.querySelector<HTMLInputElement>("input[name=id]")?.value;
    const product = products.find((candidate) => candidate.id === id);
    const button = form.querySelector("button");
    // Where no bus takes the message the form is sent to the host, as without JavaScript.
    if (!product || !button || !publish(product)) return;
    event.preventDefault();
    confirm(button, product);
  };

  element.addEventListener("submit", submit);
  return () => {
    element.removeEventListener("submit", submit);
    for (const button of [...confirmed.keys()]) restore(button);
  };
}

/** Whether there was a bus and it took the message. */
function publish({ id, name: productName, priceCents }: Product): boolean {
  const answer = window.__MFE_BRIDGE__?.tryPublish({
    messageName: "cart:item-added",
    messageVersion: 1,
    kind: "event",
    eventKind: "domain",
    source: name,
    payload: { id, name: productName, priceCents, quantity: 1 },
  });
  return answer?.accepted === true;
}

/** Says it to screen readers, the same sentence twice in a row too. */
function announce(element: Element, sentence: string): void {
  const status = element.querySelector("[role=status]");
  if (!status) return;
  status.textContent = status.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
