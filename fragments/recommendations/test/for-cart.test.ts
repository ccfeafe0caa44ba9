import { expect, test } from "vitest";
import { forCart } from "../src/answer-for-cart.ts";

const product = (id: string, ...goesWith: string[]) => ({
  id,
  name: id.toUpperCase(),
  priceCents: 100,
  url: `/products/${id}`,
  picture: "<svg></svg>",
  goesWith,
});
const products = [product("bowl", "plate"), product("jug", "mug"), product("tray", "mug", "jug")];

test("the first product that goes with an item of the cart is the answer", () => {
  expect(forCart(products, ["mug"])).toEqual({
    product: { id: "jug", name: "JUG", priceCents: 100, url: "/products/jug" },
    goesWithId: "mug",
  });
});

test("what was put into the cart last counts first", () => {
  expect(forCart(products, ["mug", "plate"]).goesWithId).toBe("plate");
});

test("nothing that is in the cart already is recommended", () => {
  expect(forCart(products, ["mug", "jug"]).product?.id).toBe("tray");
});

test("where nothing goes with the cart the answer says so", () => {
  expect(forCart(products, ["lamp"])).toEqual({ product: null, goesWithId: null });
  expect(forCart([{ ...product("x") }], [])).toEqual({ product: null, goesWithId: null });
});
