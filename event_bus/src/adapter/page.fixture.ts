/** Gives the tests of the adapters a page: import it before the framework. */

import { Window } from "happy-dom";

const page = new Window({ url: "https://shop.example/" });

const names = [
  "window",
  "document",
  "Comment",
  "CustomEvent",
  "Element",
  "Event",
  "HTMLElement",
  "HTMLIFrameElement",
  "HTMLMediaElement",
  "MutationObserver",
  "Node",
  "SVGElement",
  "ShadowRoot",
  "Text",
] as const;

for (const name of names) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    writable: true,
    value: name === "window" ? globalThis : page[name],
  });
}

/** A new element in the page with this HTML. */
export function place(html = ""): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = html;
  document.body.append(element);
  return element;
}
