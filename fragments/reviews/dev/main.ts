/** The page of `npm run dev`: the fragment alone, with sample props. */
import { createApp } from "vue";
import Fragment from "../src/index.ts";
import { sample } from "./sample.ts";

createApp(Fragment, { productId: "mug", productName: "Enamel mug", reviews: sample }).mount(
  "#root",
);
