/** The shop's own script: puts products into the Cart fragment and keeps its cart on the host. */

import { onEvent, publishEvent } from "./bridge.ts";
import { createCartSaver } from "./cart_saver.ts";
import { cartIsActive, cartIsActiveNow, cartMayAnswer } from "./cart_slot.ts";

interface CartChanged {
  items: { id: string; quantity: number }[];
  count: number;
}

const READY_TIMEOUT_MS = 3000;
const ANSWER_TIMEOUT_MS = 2000;
const SAVE_DELAY_MS = 150;
const LEAVE_TIMEOUT_MS = 1000;
const FEEDBACK_MS = 1600;

const announcer = document.querySelector("[data-announcer]");
const count = document.querySelector("[data-cart-count]");
const cartUrl = document.body.dataset.cartUrl ?? "/cart";

function announce(text: string): void {
  if (announcer) announcer.textContent = text;
}

const saver = createCartSaver({
  delayMs: SAVE_DELAY_MS,
  async send(cart) {
    const response = await fetch(cartUrl, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(cart),
      keepalive: true,
    });
    if (!response.ok) throw new Error(`PUT ${cartUrl} answered ${response.status}`);
  },
  onError(error) {
    console.error("The cart was not saved", error);
    announce("Your cart could not be saved. Check your connection and try again.");
  },
});

const answers = new Set<() => void>();

onEvent("cart:changed", (payload) => {
  const cart = payload as CartChanged;
  if (count) count.textContent = String(cart.count);
  saver.save({ items: cart.items.map(({ id, quantity }) => ({ id, quantity })) });
  for (const answer of [...answers]) answer();
});

/** Resolves to true with the next change of the cart, to false when there is none in time. */
function cartAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (changed: boolean): void => {
      clearTimeout(timer);
      answers.delete(answer);
      resolve(changed);
    };
    const answer = (): void => finish(true);
    const timer = setTimeout(() => finish(false), ANSWER_TIMEOUT_MS);
    answers.add(answer);
  });
}

interface Item {
  id: string;
  name: string;
  priceCents: number;
  quantity: number;
}

function read(form: HTMLFormElement): Item {
  const fields = new FormData(form);
  return {
    id: String(fields.get("id")),
    name: form.dataset.name ?? "",
    priceCents: Number(form.dataset.priceCents),
    quantity: Number(fields.get("quantity") ?? 1),
  };
}

async function giveToCart(item: Item): Promise<boolean> {
  if (!(await cartIsActive(READY_TIMEOUT_MS))) return false;
  const answered = cartAnswers();
  return publishEvent("cart:item-added", item) && (await answered);
}

async function postToHost({ id, quantity }: Item): Promise<void> {
  // What the Cart has told us so far has to be there first: this adds to it.
  await saver.flush();
  const body = new URLSearchParams({ id, quantity: String(quantity) });
  const response = await fetch(`${cartUrl}/items`, { method: "POST", body, redirect: "manual" });
  if (response.type !== "opaqueredirect") throw new Error(`The host answered ${response.status}`);
}

let queue = Promise.resolve();
let queued = 0;
let cartIsDeaf = false;
let reloadIsDue = false;

/** One after the other, so that no click is lost however early it comes. */
function add(item: Item, whenDone: (added: boolean) => void = () => {}): void {
  queued += 1;
  queue = queue.then(async () => {
    try {
      if (!cartIsDeaf && (await giveToCart(item))) {
        whenDone(true);
      } else {
        cartIsDeaf = true;
        await postToHost(item);
        reloadIsDue = true;
      }
    } catch (error) {
      console.error("The product was not added", error);
      announce(`${item.name} could not be added. Check your connection and try again.`);
      whenDone(false);
    }
    queued -= 1;
    if (reloadIsDue && queued === 0) location.reload();
  });
}

// A fragment may say that a product was added while no Cart hears it: then it is said again when
// the Cart is there, or the host is told.
onEvent("cart:item-added", (payload) => {
  const wasActive = cartIsActiveNow();
  void (cartMayAnswer() ? cartAnswers() : Promise.resolve(false)).then((answered) => {
    if (answered) return;
    cartIsDeaf ||= wasActive;
    add(payload as Item);
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("form[data-add-to-cart]")) return;
  // Without a living Cart the form posts as it does without any script.
  if ((cartIsDeaf || !cartMayAnswer()) && queued === 0) return;
  event.preventDefault();
  form.dataset.state = "adding";
  // For the eyes; to a screen reader the Cart itself says it.
  add(read(form), (added) => {
    form.dataset.state = added ? "added" : "failed";
    setTimeout(() => delete form.dataset.state, FEEDBACK_MS);
  });
});

// The next page shows the cart as the host knows it, so what is unsaved goes first.
document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!plain || event.defaultPrevented || !saver.isBusy() || !(link instanceof HTMLAnchorElement)) return;
  const leaves = link.pathname !== location.pathname || link.search !== location.search;
  if (!leaves || link.origin !== location.origin || link.target || link.download) return;
  event.preventDefault();
  const soon = new Promise((resolve) => setTimeout(resolve, LEAVE_TIMEOUT_MS));
  void Promise.race([saver.flush(), soon]).then(() => location.assign(link.href));
});
window.addEventListener("pagehide", () => void saver.flush());
