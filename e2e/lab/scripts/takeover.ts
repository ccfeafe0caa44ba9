// A page that our host rendered: the real client reads our config and hydrates our HTML.
import { createElement } from "react";
import { hydrateRoot } from "react-dom/client";
import { loadCart } from "./real-client.ts";

const slot = document.querySelector("tiny-fragment[name=Cart]") as HTMLElement;
const root = slot.querySelector("[data-tiny-root]") as HTMLElement;
const props = JSON.parse(slot.querySelector("[data-tiny-props]")?.textContent as string);
// From here on the island is theirs alone.
slot.replaceWith(root);
const before = root.innerHTML;
const Cart = await loadCart();
const problems: unknown[] = [];
hydrateRoot(root, createElement(Cart, props), {
  identifierPrefix: slot.getAttribute("id-prefix") ?? "",
  onRecoverableError: (error) => problems.push(String(error)),
});
Object.assign(window, { __takeover: { before, problems } });
document.documentElement.dataset.takeover = "done";
