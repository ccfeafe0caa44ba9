/** The page of `npm run dev`: the fragment alone, with sample props and a bus of its own. */
import { createApp } from "vue";
import { BUS } from "../src/bus.ts";
import Fragment from "../src/index.ts";
import { createFakeBus } from "../test/fake-bus.ts";
import { sample } from "./sample.ts";

const bus = createFakeBus();
document.querySelector("#language")?.addEventListener("change", (event) => {
  const locale = (event.target as HTMLSelectElement).value;
  bus.set("shop:preferences", { theme: "system", locale });
});

createApp(Fragment, { productId: "mug", productName: "Enamel mug", reviews: sample })
  .provide(BUS, bus)
  .mount("#root");
