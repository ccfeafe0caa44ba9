import { type App, createApp, createSSRApp, nextTick } from "vue";
import { renderToString } from "vue/server-renderer";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sample } from "../dev/sample.ts";
import { BUS } from "../src/bus.ts";
import Reviews from "../src/index.ts";
import type { Review } from "../src/review.ts";
import { createFakeBus, type FakeBus } from "./fake-bus.ts";

let app: App | undefined;
let container: HTMLElement;

const propsWith = (reviews: readonly Review[]) => ({
  productId: "mug",
  productName: "Enamel mug",
  reviews,
});
const server = (reviews = sample): Promise<string> =>
  renderToString(createSSRApp(Reviews, propsWith(reviews)));

beforeEach(() => {
  container = document.body.appendChild(document.createElement("div"));
  vi.spyOn(console, "warn");
  vi.spyOn(console, "error");
});

afterEach(() => {
  app?.unmount();
  app = undefined;
  container.remove();
  // Vue tells of mismatches and of misuse in the console.
  expect(console.warn).not.toHaveBeenCalled();
  expect(console.error).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

async function mount(reviews = sample, bus?: FakeBus): Promise<void> {
  const create = container.innerHTML === "" ? createApp : createSSRApp;
  app = create(Reviews, propsWith(reviews));
  if (bus) app.provide(BUS, bus);
  app.mount(container);
  await nextTick();
}

function buttonOf(text: string): HTMLButtonElement {
  const found = [...container.querySelectorAll("button")].find((button) =>
    button.textContent.trim().startsWith(text),
  );
  if (!found) throw new Error(`no button "${text}"`);
  return found;
}

async function press(text: string): Promise<void> {
  buttonOf(text).click();
  await nextTick();
}

const items = (): Element[] => [...container.querySelectorAll("ol > li")];
const days = (): (string | null | undefined)[] =>
  items().map((item) => item.querySelector("time")?.getAttribute("datetime"));
const status = (): string => container.querySelector("[role=status]")?.textContent ?? "";

test("it shows the average in words and in stars", async () => {
  await mount();
  expect(container.textContent).toContain("4.0");
  expect(container.textContent).toContain("4 out of 5 stars");
  expect(container.textContent).toContain("8 reviews");
});

test("the server writes every review, newest first", async () => {
  container.innerHTML = await server();
  expect(items()).toHaveLength(sample.length);
  expect(days()).toEqual(sample.map(({ createdAt }) => createdAt).reverse());
});

test("alive it shows three, then more, and reading goes on at the first new one", async () => {
  await mount();
  expect(items()).toHaveLength(3);
  expect(status()).toBe("3 of 8 reviews");
  await press("Show 5 more reviews");
  await nextTick();
  expect(items()).toHaveLength(8);
  expect(document.activeElement).toBe(items()[3]);
  expect(container.textContent).not.toContain("Show ");
});

test("a rating's row limits the list and a second press lifts it", async () => {
  await mount();
  await press("Only 4 stars: 2 reviews");
  expect(items()).toHaveLength(2);
  expect(status()).toBe("2 of 2 reviews with 4 stars");
  await press("Only 4 stars");
  expect(status()).toBe("3 of 8 reviews");
  await press("Only 1 stars");
  await press("All ratings");
  expect(status()).toBe("3 of 8 reviews");
});

test("a rating that nobody gave cannot be chosen", async () => {
  await mount();
  expect(buttonOf("Only 2 stars").disabled).toBe(true);
});

test("another order puts other reviews first", async () => {
  await mount();
  const select = container.querySelector("select");
  if (!select) throw new Error("no select");
  select.value = "lowest";
  select.dispatchEvent(new Event("change"));
  await nextTick();
  expect(items()[0]?.textContent).toContain("1 out of 5 stars");
});

test("helpful counts the reader once and can be taken back", async () => {
  await mount();
  const button = items()[0]?.querySelector("button");
  const number = (): string => button?.querySelector(".reviews-number")?.textContent ?? "";
  expect(number()).toBe("1");
  button?.click();
  await nextTick();
  expect([number(), button?.getAttribute("aria-pressed")]).toEqual(["2", "true"]);
  button?.click();
  await nextTick();
  expect([number(), button?.getAttribute("aria-pressed")]).toEqual(["1", "false"]);
});

test("without reviews, or without props, it says so", async () => {
  await mount([]);
  expect(container.textContent).toContain("No reviews yet.");
  expect(await renderToString(createSSRApp(Reviews))).toContain("No reviews yet.");
});

test("texts that look like markup stay text", async () => {
  const html = await server([{ ...sample[0]!, body: "</script><b>" }]);
  expect(html).toContain("&lt;/script&gt;&lt;b&gt;");
});

test("it takes over the server's HTML without a mismatch", async () => {
  container.innerHTML = await server();
  const first = container.querySelector("li");
  await mount();
  expect(container.querySelector("li")).toBe(first);
  expect(items()).toHaveLength(3);
});

test("the server writes the language and the reader's name that the host gives", async () => {
  const props = { ...propsWith(sample), locale: "de", userName: "Mira" };
  container.innerHTML = await renderToString(createSSRApp(Reviews, props));
  for (const text of ["8 Bewertungen", "4,0", "unter dem Namen Mira", "Neueste"]) {
    expect(container.textContent).toContain(text);
  }
  expect(container.querySelector("section")?.lang).toBe("de");
});

test("it follows the page's language and keeps what the reader chose", async () => {
  const bus = createFakeBus();
  await mount(sample, bus);
  await press("Only 5 stars");
  bus.set("shop:preferences", { theme: "system", locale: "de" });
  await nextTick();
  expect(status()).toBe("3 von 4 Bewertungen mit 5 Sternen");
  expect(container.textContent).toContain("1 weitere Bewertung zeigen");
  expect(container.querySelector("time")?.textContent).toContain("2026");
  bus.set("shop:preferences", { theme: "system", locale: "en" });
  await nextTick();
  expect(status()).toBe("3 of 4 reviews with 5 stars");
});

test("it says who would write a review, and follows login and logout", async () => {
  const bus = createFakeBus({ "shop:session": { user: null } });
  await mount(sample, bus);
  expect(container.textContent).toContain("Log in, and your review carries your name.");
  bus.set("shop:session", { user: { id: "mira", name: "Mira" } });
  await nextTick();
  expect(container.textContent).toContain("You would write your review as Mira.");
  bus.set("shop:session", { user: null });
  await nextTick();
  expect(container.textContent).toContain("Log in, and your review carries your name.");
});

test("it takes over the server's HTML, then shows the page's state, with no mismatch", async () => {
  const bus = createFakeBus({
    "shop:session": { user: { id: "mira", name: "Mira" } },
    "shop:preferences": { theme: "dark", locale: "de" },
  });
  container.innerHTML = await server();
  const heading = container.querySelector("h2");
  await mount(sample, bus);
  expect(container.querySelector("h2")).toBe(heading);
  expect(heading?.textContent).toContain("Bewertungen von Enamel mug");
  expect(container.textContent).toContain("unter dem Namen Mira");
});

test("a host that does not let it read anything gets what the props say", async () => {
  const bus = createFakeBus();
  bus.atom = () => {
    throw new Error("not allowed");
  };
  await mount(sample, bus);
  expect(container.textContent).toContain("8 reviews");
});

test("unmounting leaves nobody listening", async () => {
  const bus = createFakeBus();
  await mount(sample, bus);
  expect(bus.open()).toBe(2);
  app?.unmount();
  app = undefined;
  expect(bus.open()).toBe(0);
});
