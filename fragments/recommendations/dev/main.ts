/** The page of `npm run dev`: the fragment alone, with sample props and a bus that only logs. */
import { mount } from "../src/index.ts";
import { sample } from "./sample.ts";

window.__MFE_BRIDGE__ = {
  tryPublish(message) {
    console.info("published", message);
    return { accepted: true };
  },
};

const root = document.querySelector("#root");
if (root) mount(root, { products: sample });
