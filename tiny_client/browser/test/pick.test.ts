import assert from "node:assert/strict";
import { test } from "node:test";
import { pick } from "../src/pick.ts";

const Cart = (): void => {};
const Mini = (): void => {};

test("the export that is asked for comes first", () => {
  assert.equal(pick({ default: Cart, Mini }, "Mini"), Mini);
});

test("then the default", () => {
  assert.equal(pick({ default: Cart, Mini }, null), Cart);
});

test("then the module itself, as a UMD bundle with a default export only registers it", () => {
  assert.equal(pick(Cart, null), Cart);
  const plain = { render: Cart, mount: Mini };
  assert.equal(pick(plain, null), plain);
  // Vue's defineComponent({ setup }) is an object of one key, and no module of one export.
  const component = { setup: Mini };
  assert.equal(pick(component, null), component);
  assert.equal(pick(undefined, null), undefined);
});

test("an export that is not there is an error that lists what is", () => {
  const message = /does not export Full; it exports Cart, Mini\./;
  assert.throws(() => pick({ Cart, Mini }, "Full"), message);
});
