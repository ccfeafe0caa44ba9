/** The page of `npm run dev`: the fragment alone, with sample props and a bus of its own. */
import { createRoot } from "react-dom/client";
import type { Bridge } from "../src/bus.ts";
import Fragment from "../src/index.ts";

type Handler = Parameters<ReturnType<Bridge["getBus"]>["subscribe"]>[1];

const handlers = new Map<Handler, string>();
const bridge: Bridge = {
  getBus: () => ({
    subscribe(messageName, handler) {
      handlers.set(handler, messageName);
      return () => handlers.delete(handler);
    },
  }),
  tryPublish: (message) => console.info("published", message),
};
window.__MFE_BRIDGE__ = bridge;

document.querySelector("#add")?.addEventListener("click", () => {
  const payload = { id: "bowl", name: "Stoneware bowl", priceCents: 2450, quantity: 1 };
  for (const [handler, messageName] of handlers) {
    if (messageName === "cart:item-added") handler({ payload });
  }
});

const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <Fragment
      items={[
        { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 },
        { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 },
      ]}
      currency="EUR"
      cartUrl="/cart"
    />,
  );
}
