import { act } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import Cart from "../src/index.ts";
import type { CartProps } from "../src/Cart.tsx";

const mug = { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 };
const lamp = { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 };

let root: Root | undefined;
let container: HTMLElement;

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  container = document.body.appendChild(document.createElement("div"));
});

afterEach(async () => {
  await act(async () => root?.unmount());
  root = undefined;
  container.remove();
  vi.unstubAllGlobals();
});

async function mount(props: CartProps = { items: [mug, lamp] }): Promise<void> {
  await act(async () => {
    root = createRoot(container);
    root.render(<Cart {...props} />);
  });
}

function button(label: string): HTMLButtonElement {
  const found = container.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`);
  if (!found) throw new Error(`no button "${label}" in ${container.innerHTML}`);
  return found;
}

const press = (label: string): Promise<void> => act(async () => button(label).click());
const announced = (): string => container.querySelector("[role=status]")?.textContent ?? "";

test("it lists lines, their sums, the count and the subtotal", async () => {
  await mount();
  const text = container.textContent;
  for (const part of ["Enamel mug", "€12.90 each", "€25.80", "Desk lamp", "3 items", "€84.80"]) {
    expect(text).toContain(part);
  }
});

test("in German it says the same", async () => {
  await mount({ items: [mug, lamp], locale: "de" });
  const text = container.textContent;
  const price = (amount: string): string => `${amount}\u00a0€`;
  for (const part of ["Ihr Warenkorb", `je ${price("12,90")}`, "3 Artikel", price("84,80")]) {
    expect(text).toContain(part);
  }
  expect(container.querySelector("section")?.lang).toBe("de");
});

test("without props it is an empty cart that cannot be checked out", async () => {
  await mount({});
  expect(container.textContent).toContain("Your cart is empty");
  expect(container.querySelector("summary")).toBeNull();
});

test("alone, without a bus, it keeps its own content and says what changed", async () => {
  await mount();
  await press("One Enamel mug more");
  expect(container.textContent).toContain("€97.70");
  expect(announced()).toBe("Enamel mug: 3 in the cart.");
});

test("removing a line keeps the focus inside the cart", async () => {
  await mount();
  button("Remove Enamel mug").focus();
  await press("Remove Enamel mug");
  expect(container.querySelectorAll("li")).toHaveLength(1);
  expect(announced()).toBe("Enamel mug removed from the cart.");
  expect(document.activeElement?.textContent).toBe("Your cart");
});

test("one less of the last piece empties the cart", async () => {
  await mount({ items: [lamp] });
  await press("One Desk lamp less");
  expect(container.textContent).toContain("Your cart is empty");
});

test("the server's HTML works without JavaScript: each line is a form with three answers", () => {
  container.innerHTML = renderToString(<Cart items={[mug]} cartUrl="/my/cart" />);
  const form = container.querySelector("form");
  expect(form?.getAttribute("action")).toBe("/my/cart/items");
  expect(form?.getAttribute("method")).toBe("post");
  expect(form?.querySelector<HTMLInputElement>("input[name=id]")?.value).toBe("mug");
  const answers = [...container.querySelectorAll<HTMLButtonElement>("button[name=quantity]")];
  expect(answers.map(({ value }) => value)).toEqual(["-1", "1", "-2"]);
});

test("names that look like markup stay text", () => {
  const html = renderToString(<Cart items={[{ ...mug, name: "</script><b>&\"'" }]} />);
  expect(html).not.toContain("</script>");
  expect(html).not.toContain("<b>");
});

test("it takes over the server's HTML without a mismatch", async () => {
  const cart = <Cart items={[mug, lamp]} />;
  container.innerHTML = renderToString(cart);
  const line = container.querySelector("li");
  const onRecoverableError = vi.fn();
  await act(async () => {
    root = hydrateRoot(container, cart, { onRecoverableError });
  });
  expect(onRecoverableError).not.toHaveBeenCalled();
  expect(container.querySelector("li")).toBe(line);
  await press("One Desk lamp more");
  expect(announced()).toBe("Desk lamp: 2 in the cart.");
});
