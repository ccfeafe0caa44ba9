// A page without our host: the real client renders Cart in the browser only.
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { loadCart } from "./real-client.ts";

const props = {
  items: [{ id: "mug", name: "Mug", priceCents: 1250, quantity: 2 }],
  currency: "EUR",
  cartUrl: "/cart",
};
const Cart = await loadCart();
createRoot(document.getElementById("root") as HTMLElement).render(createElement(Cart, props));
