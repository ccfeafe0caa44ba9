/** The page of `npm run dev`: the fragment alone, with sample props and a bus that only logs. */
import { mount } from "../src/index.ts";
import { createFakeBus } from "../test/fake-bus.ts";
import { sample } from "./sample.ts";

const bus = createFakeBus();
bus.command = async (messageName, payload) => {
  console.info(messageName, payload);
  return { accepted: true };
};

document.querySelector("#language")?.addEventListener("change", (event) => {
  bus.setPreferences({ locale: (event.target as HTMLSelectElement).value });
});

const root = document.querySelector("#root");
if (root) mount(root, { products: sample }, { bus });
