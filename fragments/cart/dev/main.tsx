/** The page of `npm run dev`: the fragment alone, with sample props and a bus of its own. */
import { createRoot } from "react-dom/client";
import { applyChange, type Items } from "../src/items.ts";
import Fragment from "../src/index.ts";
import { createFakeBus } from "../test/fake-bus.ts";

const items: Items = [
  { id: "mug", name: "Enamel mug", priceCents: 1290, quantity: 2 },
  { id: "lamp", name: "Desk lamp", priceCents: 5900, quantity: 1 },
];
const bowl = { id: "bowl", name: "Stoneware bowl", priceCents: 2450 };

const bus = createFakeBus({ "shop:cart": { items } });
bus.result = { product: { ...bowl, url: "/products/bowl" }, goesWithId: "mug" };
bus.publish("recommendations:ready");
bus.command = async (messageName, payload) => {
  console.info(messageName, payload);
  const now = bus.atom<{ items: Items }>("shop:cart").get()?.items ?? [];
  const change =
    messageName === "cart:add"
      ? { type: "add" as const, item: payload as Items[number] }
      : { type: "set" as const, ...(payload as { id: string; quantity: number }) };
  bus.set("shop:cart", { items: applyChange(now, change) });
  return { accepted: true };
};

document.querySelector("#add")?.addEventListener("click", () => {
  void bus.command("cart:add", { ...bowl, quantity: 1 });
});
document.querySelector("#language")?.addEventListener("change", (event) => {
  const locale = (event.target as HTMLSelectElement).value;
  bus.set("shop:preferences", { theme: "system", locale });
});

const root = document.querySelector("#root");
if (root) createRoot(root).render(<Fragment items={items} bus={bus} />);
