// The real client with a React of its own beside our loader, both with the same bundle.
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { loadCart } from "./real-client.ts";

const Cart = await loadCart();
createRoot(document.getElementById("theirs") as HTMLElement).render(
  createElement(Cart, { items: [], currency: "EUR", cartUrl: "/cart" }),
);
