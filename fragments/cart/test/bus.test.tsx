import { act, StrictMode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Cart from "../src/index.ts";
import { createFakeBus, type FakeBus } from "./fake-bus.ts";

const mug = { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 };
const lamp = { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 };
const bowl = { id: "bowl", name: "Bowl", priceCents: 2450, url: "/products/bowl" };

let root: Root | undefined;
let container: HTMLElement;
let bus: FakeBus;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  container = document.body.appendChild(document.createElement("div"));
  bus = createFakeBus({ "shop:cart": { items: [mug] } });
});

afterEach(async () => {
  await act(async () => root?.unmount());
  root = undefined;
  container.remove();
  vi.unstubAllGlobals();
});

async function mount(): Promise<void> {
  await act(async () => {
    root = createRoot(container);
    root.render(<Cart items={[mug]} bus={bus} />);
  });
}

async function press(label: string): Promise<void> {
  const found = container.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`);
  if (!found) throw new Error(`no button "${label}" in ${container.innerHTML}`);
  await act(async () => found.click());
}

const announced = (): string => container.querySelector("[role=status]")?.textContent ?? "";

test("it shows the page's cart and follows it, whoever changes it", async () => {
  await mount();
  await act(async () => bus.set("shop:cart", { items: [mug, lamp] }));
  expect(container.querySelectorAll("li")).toHaveLength(2);
  expect(announced()).toBe("Desk lamp: 1 in the cart.");
});

test("a press asks the host for the change and changes nothing by itself", async () => {
  await mount();
  await press("One Enamel mug more");
  await press("Remove Enamel mug");
  expect(bus.commands).toEqual([
    ["cart:set-quantity", { id: "mug", quantity: 3 }],
    ["cart:set-quantity", { id: "mug", quantity: 0 }],
  ]);
  expect(container.textContent).toContain("2 items");
});

test("a refusal is shown in the host's words, or in ours where nobody answered", async () => {
  await mount();
  bus.answer = { accepted: false, errorCode: "unknown", message: "The cart is full." };
  await press("One Enamel mug more");
  expect(container.querySelector("[role=alert]")?.textContent).toBe("The cart is full.");
  bus.answer = { accepted: false, errorCode: "timeout", message: "No answer in 5000 ms." };
  await press("One Enamel mug more");
  expect(container.querySelector("[role=alert]")?.textContent).toContain("Please try again");
  bus.answer = { accepted: true };
  await press("One Enamel mug more");
  expect(container.querySelector("[role=alert]")).toBeNull();
});

test("hydrating shows the server's HTML, then the page's cart, without a mismatch", async () => {
  bus.set("shop:cart", { items: [mug, lamp] });
  bus.set("shop:preferences", { theme: "dark", locale: "de" });
  container.innerHTML = renderToString(<Cart items={[mug]} />);
  const line = container.querySelector("li");
  const onRecoverableError = vi.fn();
  await act(async () => {
    root = hydrateRoot(container, <Cart items={[mug]} bus={bus} />, { onRecoverableError });
  });
  expect(onRecoverableError).not.toHaveBeenCalled();
  expect(container.querySelector("li")).toBe(line);
  expect(container.textContent).toContain("Desk lamp");
  expect(container.textContent).toContain("Ihr Warenkorb");
});

test("it follows the page's language without a reload", async () => {
  await mount();
  expect(container.textContent).toContain("€25.80");
  await act(async () => bus.set("shop:preferences", { theme: "system", locale: "de" }));
  expect(container.textContent).toContain("25,80\u00a0€");
  await act(async () => bus.set("shop:preferences", { theme: "system", locale: "en" }));
  expect(container.textContent).toContain("Your cart");
});

test("once Recommendations is there, it asks what goes with the cart and offers that", async () => {
  bus.result = { product: bowl, goesWithId: "mug" };
  await mount();
  expect(bus.asked).toEqual([]);
  await act(async () => bus.publish("recommendations:ready"));
  expect(bus.asked).toEqual([{ itemIds: ["mug"] }]);
  expect(container.textContent).toContain("Goes well with Enamel mug");
  await press("Add to cart: Bowl");
  const { url: _, ...added } = bowl;
  expect(bus.commands).toEqual([["cart:add", { ...added, quantity: 1 }]]);
});

test("it asks anew when the cart has other products, and takes away what no longer fits", async () => {
  bus.result = { product: bowl, goesWithId: "mug" };
  bus.publish("recommendations:ready");
  await mount();
  bus.result = { product: null, goesWithId: null };
  await act(async () => bus.set("shop:cart", { items: [lamp] }));
  expect(bus.asked).toEqual([{ itemIds: ["mug"] }, { itemIds: ["lamp"] }]);
  expect(container.textContent).not.toContain("Goes well with");
});

test.each([
  "anything",
  { product: null, goesWithId: null },
  { product: { ...bowl, priceCents: "2450" }, goesWithId: "mug" },
  { product: { ...bowl, url: "javascript:alert(1)" }, goesWithId: "mug" },
  { product: { ...bowl, url: "//evil.example" }, goesWithId: "mug" },
  { product: { ...bowl, id: "mug" }, goesWithId: "mug" },
  { product: bowl, goesWithId: "lamp" },
])("the answer %j offers nothing", async (answer) => {
  bus.result = answer;
  bus.publish("recommendations:ready");
  await mount();
  expect(container.textContent).not.toContain("Goes well with");
});

test("nothing is offered where nobody answers", async () => {
  bus.publish("recommendations:ready");
  await mount();
  expect(bus.asked).toHaveLength(1);
  expect(container.textContent).not.toContain("Goes well with");
});

test("a host that shares no cart, or lets us read nothing, gets the cart of its own", async () => {
  bus = createFakeBus();
  bus.subscribe = () => {
    throw new Error("not allowed");
  };
  const allowed = bus.atom;
  bus.atom = (key) => {
    if (key === "shop:preferences") throw new Error("not allowed");
    return allowed(key);
  };
  await mount();
  await press("One Enamel mug more");
  expect(bus.commands).toEqual([]);
  expect(announced()).toBe("Enamel mug: 3 in the cart.");
});

test("unmounting leaves nothing behind, in strict mode neither", async () => {
  await act(async () => {
    root = createRoot(container);
    root.render(
      <StrictMode>
        <Cart items={[mug]} bus={bus} />
      </StrictMode>,
    );
  });
  expect(bus.open()).toBe(3);
  await act(async () => root?.unmount());
  expect(bus.open()).toBe(0);
});
