import assert from "node:assert/strict";
import { test } from "node:test";

import { createCartSaver } from "./cart_saver.ts";

function recorder() {
  const sent: string[] = [];
  const saved: string[] = [];
  const errors: unknown[] = [];
  const finish: (() => void)[] = [];
  const saver = createCartSaver<string>({
    delayMs: 0,
    send: (cart) => {
      sent.push(cart);
      if (cart === "bad") return Promise.reject(new Error("no"));
      return new Promise((resolve) => finish.push(() => resolve(`${cart}, kept`)));
    },
    onSaved: (kept) => saved.push(kept),
    onError: (error) => errors.push(error),
  });
  return { saver, sent, saved, errors, finish };
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

test("what the host keeps is told once nothing later waits", async () => {
  const { saver, saved, finish } = recorder();
  saver.save("one");
  const flushed = saver.flush();
  saver.save("two");
  finish[0]?.();
  await turn();
  assert.deepEqual(saved, []);
  finish[1]?.();
  await flushed;
  assert.deepEqual(saved, ["two, kept"]);
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
  const { saver, sent, saved, errors, finish } = recorder();
  saver.save("bad");
  await saver.flush();
  assert.equal(errors.length, 1);
  assert.deepEqual(saved, []);
  saver.save("good");
  const flushed = saver.flush();
  finish[0]?.();
  await flushed;
  assert.deepEqual(sent, ["bad", "good"]);
  assert.deepEqual(saved, ["good, kept"]);
});
