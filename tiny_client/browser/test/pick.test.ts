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

test("then the only export, whatever interop marks stand beside it", () => {
  assert.equal(pick({ Mini }, null), Mini);
  assert.equal(pick({ __esModule: true, Mini }, null), Mini);
});

test("then the module itself, as a UMD bundle with a default export only registers it", () => {
  assert.equal(pick(Cart, null), Cart);
  const plain = { render: Cart, mount: Mini };
  assert.equal(pick(plain, null), plain);
  assert.equal(pick(undefined, null), undefined);
});

test("an export that is not there is an error that lists what is", () => {
  const message = /does not export Full; it exports Cart, Mini\./;
  assert.throws(() => pick({ Cart, Mini }, "Full"), message);
});
