/** Answers the "Add to cart" forms with a command on the page's bus. */
import type { Bus } from "./bus.ts";
import type { Product } from "./props.ts";
import type { Texts } from "./texts.ts";

/** How long a button says that its product was added. */
const FEEDBACK_MS = 1800;
/** How long the page's host may take to put a product into the cart. */
const ANSWER_TIMEOUT_MS = 2000;

export interface AddToCart {
  /** Puts the buttons' own texts back. */
  restore(): void;
  /** As `restore`, and listens no more. */
  end(): void;
}

/** Listens to the forms in `element`; without a bus they are sent to the host. */
export function addToCart(
  element: Element,
  products: readonly Product[],
  bus: Bus | undefined,
  texts: () => Texts,
): AddToCart {
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
    button.textContent = texts().added;
    button.classList.add("recs-added");
    announce(element, texts().announced(product.name));
  };

  const submit = (event: Event): void => {
    const form = event.target as HTMLFormElement;
    const id = form.querySelector<HTMLInputElement>("input[name=id]")?.value;
    const product = products.find((candidate) => candidate.id === id);
    const button = form.querySelector("button");
    if (!bus || !product || !button) return;
    event.preventDefault();
    const { name, priceCents } = product;
    const item = { id: product.id, name, priceCents, quantity: 1 };
    void bus.command("cart:add", item, { timeoutMs: ANSWER_TIMEOUT_MS }).then((answer) => {
      if (ended) return;
      if (answer.accepted) confirm(button, product);
      // A refusal of the bus's own has a code that says which; this one is in words for people.
      else if (answer.errorCode === "unknown") announce(element, answer.message, true);
      // Nobody on this page takes it, so it goes to the host as without JavaScript.
      else form.submit();
    });
  };

  let ended = false;
  element.addEventListener("submit", submit);
  const restoreAll = (): void => {
    for (const button of [...confirmed.keys()]) restore(button);
  };
  return {
    restore: restoreAll,
    end() {
      ended = true;
      element.removeEventListener("submit", submit);
      restoreAll();
    },
  };
}

/** Says it to screen readers, also twice in a row; a refusal to the eye as well. */
function announce(element: Element, sentence: string, refused = false): void {
  const status = element.querySelector("[role=status]");
  if (!status) return;
  status.className = refused ? "recs-refusal" : "recs-hidden";
  status.textContent = status.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
