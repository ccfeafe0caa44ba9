import { expect, test } from "vitest";
import { sample } from "../dev/sample.ts";
import { render } from "../src/index.ts";
import type { RecommendationsProps } from "../src/props.ts";

const hostile = `</script><b>"'&`;

function parse(props: RecommendationsProps): HTMLElement {
  const element = document.createElement("div");
  element.innerHTML = render(props);
  return element;
}

test("a card has the picture as the host made it, the name as a link, the price and a form", () => {
  const element = parse({ products: sample, cartUrl: "/my/cart", currency: "USD" });
  const card = element.querySelector("li");
  expect(element.querySelectorAll("li")).toHaveLength(sample.length);
  expect(card?.querySelector("circle")).not.toBeNull();
  expect(card?.querySelector("a")?.getAttribute("href")).toBe("/products/mug");
  expect(card?.textContent).toContain("Enamel mug");
  expect(card?.textContent).toContain("$12.90");
  const form = card?.querySelector("form");
  expect(form?.getAttribute("method")).toBe("post");
  expect(form?.getAttribute("action")).toBe("/my/cart/items");
  const fields = [...(form?.querySelectorAll("input") ?? [])];
  expect(fields.map((field) => [field.name, field.value])).toEqual([
    ["id", "mug"],
    ["quantity", "1"],
  ]);
});

test("every text stays text", () => {
  const props: RecommendationsProps = {
    heading: hostile,
    currency: hostile,
    cartUrl: `/${hostile}`,
    products: [{ id: hostile, name: hostile, priceCents: 100, url: `/${hostile}` }],
  };
  expect(render(props)).not.toMatch(/<\/script|<b>/);
  const element = parse(props);
  expect(element.querySelector("h2")?.textContent).toBe(hostile);
  expect(element.querySelector("section")?.getAttribute("aria-label")).toBe(hostile);
  expect(element.querySelector("a")?.textContent).toBe(hostile);
  expect(element.querySelector("a")?.getAttribute("href")).toBe(`/${hostile}`);
  expect(element.querySelector("form")?.getAttribute("action")).toBe(`/${hostile}/items`);
  expect(element.querySelector("input")?.value).toBe(hostile);
  expect(element.querySelector(".recs-price")?.textContent).toBe(`${hostile} 1.00`);
});

test.each(["javascript:alert(1)", " JAVA\nscript:alert(1)", "data:text/html,x", "vbscript:x"])(
  "the address %j leads nowhere",
  (url) => {
    const element = parse({ products: [{ id: "x", name: "X", priceCents: 1, url }] });
    expect(element.querySelector("a")?.getAttribute("href")).toBe("#");
  },
);

test.each(["/products/a:b", "products", "https://shop.example/a?b=1&c=2", "?page=2"])(
  "the address %j stays as it is",
  (url) => {
    const element = parse({ products: [{ id: "x", name: "X", priceCents: 1, url }] });
    expect(element.querySelector("a")?.getAttribute("href")).toBe(url);
  },
);

test("in German it says the same, under the heading that the host gives for it", () => {
  const element = parse({
    products: sample,
    locale: "de",
    heading: { en: "Goes well with it", de: "Passt gut dazu" },
  });
  expect(element.querySelector("h2")?.textContent).toBe("Passt gut dazu");
  expect(element.querySelector(".recs-price")?.textContent).toBe("12,90\u00a0€");
  expect(element.querySelector("form button")?.textContent).toBe("In den Warenkorb");
  expect(element.querySelector("section")?.lang).toBe("de");
});

test("without products, or without props, it says so", () => {
  expect(render({})).toContain("Nothing to recommend right now.");
});

test("no inline style or handler is in the HTML, which a strict policy would refuse", () => {
  expect(render({ products: sample })).not.toMatch(/ style=| on\w+=/);
});
