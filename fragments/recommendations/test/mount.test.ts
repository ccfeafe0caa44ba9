import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sample } from "../dev/sample.ts";
import { mount, render } from "../src/index.ts";
import { name } from "../tiny.json";

let element: HTMLElement;
let published: object[];
let accepted: boolean;
let unmount: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  published = [];
  accepted = true;
  window.__MFE_BRIDGE__ = {
    tryPublish(message) {
      published.push(message);
      return { accepted };
    },
  };
  element = document.body.appendChild(document.createElement("div"));
  element.innerHTML = render({ products: sample });
  unmount = mount(element, { products: sample });
});

afterEach(() => {
  unmount();
  element.remove();
  delete window.__MFE_BRIDGE__;
  vi.useRealTimers();
});

const button = (index: number): HTMLButtonElement =>
  element.querySelectorAll<HTMLButtonElement>("form button")[index]!;

/** Sends the form of a card; whether the browser would have sent it to the host. */
function submit(index: number): boolean {
  const event = new Event("submit", { bubbles: true, cancelable: true });
  return element.querySelectorAll("form")[index]!.dispatchEvent(event);
}

const status = (): string => element.querySelector("[role=status]")?.textContent ?? "";

test("it keeps the HTML that the server rendered, and renders where there is none", () => {
  const list = element.querySelector("ul");
  mount(element, { products: sample })();
  expect(element.querySelector("ul")).toBe(list);

  const empty = document.createElement("div");
  mount(empty, { products: sample })();
  expect(empty.querySelectorAll("li")).toHaveLength(sample.length);
});

test("adding publishes the product instead of sending the form", () => {
  expect(submit(1)).toBe(false);
  expect(published).toEqual([
    {
      messageName: "cart:item-added",
      messageVersion: 1,
      kind: "event",
      eventKind: "domain",
      source: name,
      payload: { id: "lamp", name: "Desk lamp with a long arm", priceCents: 5900, quantity: 1 },
    },
  ]);
});

test("the button confirms for a moment and it is announced, also the second time", () => {
  submit(0);
  expect(button(0).textContent).toBe("Added");
  expect(status()).toBe("Enamel mug added to the cart.");
  const first = status();
  submit(0);
  expect(published).toHaveLength(2);
  expect(status()).not.toBe(first);
  vi.runAllTimers();
  expect(button(0).textContent).toBe("Add to cart");
  expect(button(0).className).toBe("recs-add");
});

test("without a bus, or one that refuses, the form goes to the host", () => {
  accepted = false;
  expect(submit(0)).toBe(true);
  delete window.__MFE_BRIDGE__;
  expect(submit(0)).toBe(true);
  expect(button(0).textContent).toBe("Add to cart");
});

test("cleaning up ends everything and leaves no timer", () => {
  submit(0);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
  expect(button(0).textContent).toBe("Add to cart");
  expect(submit(0)).toBe(true);
  expect(published).toHaveLength(1);
});

test("arrows appear only where the cards do not fit, and know the ends", () => {
  const list = element.querySelector("ul")!;
  const nav = element.querySelector<HTMLElement>(".recs-nav")!;
  const arrows = [...nav.querySelectorAll("button")];
  const ends = (): (string | null)[] => arrows.map((arrow) => arrow.getAttribute("aria-disabled"));
  expect(nav.hidden).toBe(true);

  Object.defineProperties(list, {
    clientWidth: { value: 400 },
    scrollWidth: { value: 1000 },
    scrollLeft: { value: 0, writable: true },
  });
  list.dispatchEvent(new Event("scroll"));
  expect(nav.hidden).toBe(false);
  expect(ends()).toEqual(["true", "false"]);

  const scrollBy = vi.spyOn(list, "scrollBy").mockImplementation(() => undefined);
  arrows[1]!.click();
  expect(scrollBy).toHaveBeenCalledWith(expect.objectContaining({ left: 340 }));
  list.scrollLeft = 600;
  list.dispatchEvent(new Event("scroll"));
  expect(ends()).toEqual(["false", "true"]);

  unmount();
  expect(nav.hidden).toBe(true);
});
