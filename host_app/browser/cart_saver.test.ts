import assert from "node:assert/strict";
import { test } from "node:test";

import { createCartSaver } from "./cart_saver.ts";

function recorder() {
  const sent: unknown[] = [];
  const errors: unknown[] = [];
  const finish: (() => void)[] = [];
  const saver = createCartSaver({
    delayMs: 0,
    send: (cart) => {
      sent.push(cart);
      return new Promise((resolve) => finish.push(resolve));
    },
    onError: (error) => errors.push(error),
  });
  return { saver, sent, errors, finish };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test("changes in quick succession are one request with the last cart", async () => {
  const { saver, sent } = recorder();
  saver.save("first");
  saver.save("last");
  await turn();
  assert.deepEqual(sent, ["last"]);
});

test("a change during a request waits for its answer and is sent after it", async () => {
  const { saver, sent, finish } = recorder();
  saver.save("one");
  await turn();
  saver.save("two");
  saver.save("three");
  await turn();
  assert.deepEqual(sent, ["one"]);
  finish[0]?.();
  await turn();
  assert.deepEqual(sent, ["one", "three"]);
  finish[1]?.();
  await saver.flush();
  assert.equal(saver.isBusy(), false);
});

test("flush sends at once what waits and nothing where nothing waits", async () => {
  const { saver, sent, finish } = recorder();
  await saver.flush();
  assert.deepEqual(sent, []);
  saver.save("cart");
  const flushed = saver.flush();
  assert.deepEqual(sent, ["cart"]);
  finish[0]?.();
  await flushed;
  assert.equal(saver.isBusy(), false);
});

test("a failed request is reported and does not stop the next one", async () => {
  const errors: unknown[] = [];
  const sent: unknown[] = [];
  const saver = createCartSaver({
    delayMs: 0,
    send: (cart) => {
      sent.push(cart);
      return cart === "bad" ? Promise.reject(new Error("no")) : Promise.resolve();
    },
    onError: (error) => errors.push(error),
  });
  saver.save("bad");
  await saver.flush();
  saver.save("good");
  await saver.flush();
  assert.deepEqual(sent, ["bad", "good"]);
  assert.equal(errors.length, 1);
});
