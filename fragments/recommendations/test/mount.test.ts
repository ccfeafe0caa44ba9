import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sample } from "../dev/sample.ts";
import { mount, render } from "../src/index.ts";
import { createFakeBus, type FakeBus } from "./fake-bus.ts";

let element: HTMLElement;
let bus: FakeBus;
let unmount: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  bus = createFakeBus();
  element = document.body.appendChild(document.createElement("div"));
  element.innerHTML = render({ products: sample });
  unmount = mount(element, { products: sample }, { bus });
});

afterEach(() => {
  unmount();
  element.remove();
  vi.useRealTimers();
});

const button = (index: number): HTMLButtonElement =>
  element.querySelectorAll<HTMLButtonElement>("form button")[index]!;

/** Sends the form of a card; whether the browser would have sent it to the host. */
async function submit(index: number): Promise<boolean> {
  const event = new Event("submit", { bubbles: true, cancelable: true });
  const sent = element.querySelectorAll("form")[index]!.dispatchEvent(event);
  await vi.advanceTimersByTimeAsync(0);
  return sent;
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

test("adding asks the page's host instead of sending the form", async () => {
  expect(await submit(1)).toBe(false);
  expect(bus.commands).toEqual([
    [
      "cart:add",
      { id: "lamp", name: "Desk lamp with a long arm", priceCents: 5900, quantity: 1 },
    ],
  ]);
});

test("the button confirms for a moment and it is announced, also the second time", async () => {
  await submit(0);
  expect(button(0).textContent).toBe("Added");
  expect(status()).toBe("Enamel mug added to the cart.");
  const first = status();
  await submit(0);
  expect(bus.commands).toHaveLength(2);
  expect(status()).not.toBe(first);
  await vi.runAllTimersAsync();
  expect(button(0).textContent).toBe("Add to cart");
  expect(button(0).className).toBe("recs-add");
});

test("a refusal is said in the host's words and confirms nothing", async () => {
  bus.answer = { accepted: false, errorCode: "unknown", message: "The cart is full." };
  await submit(0);
  expect(button(0).textContent).toBe("Add to cart");
  expect(status()).toBe("The cart is full.");
  expect(element.querySelector("[role=status]")?.className).toBe("recs-refusal");
});

test("without a bus, or one that nobody answers on, the form goes to the host", async () => {
  const send = vi.spyOn(HTMLFormElement.prototype, "submit").mockImplementation(() => undefined);
  bus.answer = { accepted: false, errorCode: "timeout", message: "No answer." };
  await submit(0);
  expect(send).toHaveBeenCalledOnce();
  send.mockRestore();

  unmount();
  unmount = mount(element, { products: sample });
  expect(await submit(0)).toBe(true);
  expect(button(0).textContent).toBe("Add to cart");
});

test("it follows the page's language in place", async () => {
  const list = element.querySelector("ul");
  await submit(0);
  bus.setPreferences({ locale: "de" });
  expect(element.querySelector("ul")).toBe(list);
  expect(element.querySelector("h2")?.textContent).toBe("Das könnte Ihnen auch gefallen");
  expect(button(0).textContent).toBe("In den Warenkorb");
  expect(button(0).getAttribute("aria-label")).toBe("In den Warenkorb: Enamel mug");
  expect(element.querySelector(".recs-price")?.textContent).toBe("12,90\u00a0€");
  expect(element.querySelector("section")?.lang).toBe("de");
  await submit(1);
  expect(status()).toBe("Desk lamp with a long arm liegt im Warenkorb.");
  await vi.runAllTimersAsync();
  expect(button(1).textContent).toBe("In den Warenkorb");
  bus.setPreferences({ locale: "en" });
  expect(element.querySelector("h2")?.textContent).toBe("You may also like");
});

test("it tells the cart what goes well with it, and says that it is there", () => {
  expect(bus.events).toEqual([["recommendations:ready", {}]]);
  expect(bus.ask("recommendations:for-cart", { itemIds: ["lamp"] })).toMatchObject({
    product: { id: "mug" },
    goesWithId: "lamp",
  });
});

test("a host that does not let it do that gets the cards all the same", async () => {
  unmount();
  bus.respond = bus.atom = () => {
    throw new Error("not allowed");
  };
  unmount = mount(element, { products: sample }, { bus });
  await submit(0);
  expect(button(0).textContent).toBe("Added");
});

test("cleaning up ends everything and leaves no timer", async () => {
  await submit(0);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
  expect(bus.open()).toBe(0);
  expect(button(0).textContent).toBe("Add to cart");
  expect(await submit(0)).toBe(true);
  expect(bus.commands).toHaveLength(1);
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

  bus.setPreferences({ locale: "de" });
  expect(nav.hidden).toBe(false);
  expect(arrows[1]!.getAttribute("aria-label")).toBe("Weitere Produkte zeigen");

  unmount();
  expect(nav.hidden).toBe(true);
});
