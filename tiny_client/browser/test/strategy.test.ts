import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { settle } from "./page.ts";
import { when } from "../src/strategy.ts";

const page = globalThis as unknown as Record<string, unknown>;
let starts = 0;
let host: HTMLElement;
const go = (): Promise<void> => {
  starts += 1;
  return settle();
};

beforeEach(() => {
  starts = 0;
  document.body.innerHTML = "<section><button>Add</button></section>";
  host = document.querySelector("section")!;
});

test("load starts at once, and so does an island that names no strategy", () => {
  when("load", host, go);
  when(null, host, go);
  assert.equal(starts, 2);
});

test("never does not start", async () => {
  when("never", host, go);
  host.querySelector("button")!.click();
  await settle();
  assert.equal(starts, 0);
});

test("idle starts when the browser says so, and without its help after a moment", async (t) => {
  page["requestIdleCallback"] = (callback: () => void): void => queueMicrotask(callback);
  when("idle", host, go);
  assert.equal(starts, 0);
  await Promise.resolve();
  assert.equal(starts, 1);

  delete page["requestIdleCallback"];
  t.mock.timers.enable({ apis: ["setTimeout"] });
  when("idle", host, go);
  t.mock.timers.tick(199);
  assert.equal(starts, 1);
  t.mock.timers.tick(1);
  assert.equal(starts, 2);
});

test("visible starts when the island comes into view, once", () => {
  let see: (entries: { isIntersecting: boolean }[]) => void = () => {};
  const seen: string[] = [];
  page["IntersectionObserver"] = class {
    constructor(callback: typeof see) {
      see = callback;
    }
    observe(element: Element): void {
      seen.push(element.localName);
    }
    disconnect(): void {
      seen.push("disconnected");
    }
  };
  const cancel = when("visible", host, go);
  see([{ isIntersecting: false }]);
  assert.equal(starts, 0);
  see([{ isIntersecting: true }]);
  assert.equal(starts, 1);
  cancel();
  assert.deepEqual(seen, ["section", "disconnected", "disconnected"]);
});

for (const type of ["pointerover", "pointerdown", "touchstart", "keydown", "focusin"]) {
  test(`interaction starts at the first ${type}, once`, async () => {
    when("interaction", host, go);
    assert.equal(starts, 0);
    const button = host.querySelector("button")!;
    button.dispatchEvent(new Event(type, { bubbles: true }));
    button.dispatchEvent(new Event(type, { bubbles: true }));
    await settle();
    assert.equal(starts, 1);
  });
}

test("a click before the island is ready is held and then arrives once", async () => {
  const clicked: boolean[] = [];
  let ready = false;
  const button = host.querySelector("button")!;
  button.addEventListener("click", () => clicked.push(ready));
  when("interaction", host, async () => {
    await settle();
    ready = true;
  });
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, clientX: 7 });
  assert.equal(button.dispatchEvent(click), false, "its default must not happen yet");
  assert.deepEqual(clicked, []);
  await settle();
  await settle();
  assert.deepEqual(clicked, [true]);
  button.click();
  assert.deepEqual(clicked, [true, true]);
});

test("a cancelled strategy does not start", () => {
  when("interaction", host, go)();
  host.querySelector("button")!.click();
  assert.equal(starts, 0);
});
