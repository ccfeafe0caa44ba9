import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Window } from "happy-dom";

import { readInitialState } from "./initial-state.ts";

function show(html: string): void {
  const { document } = new Window({ url: "https://shop.example/" });
  document.body.innerHTML = html;
  // As a browser does, also where it hides the attribute's value.
  for (const script of document.querySelectorAll("script")) {
    (script as { nonce?: string }).nonce = script.getAttribute("nonce") ?? "";
  }
  (globalThis as { document?: unknown }).document = document;
}

const element = (text: string, more = ""): string =>
  `<script type="application/json" data-bus-state ${more}>${text}</script>`;

test("every element of the page counts, the later one for the same key", () => {
  show(element('{"a": 1, "b": {"c": [2]}}') + element('{"a": 3}'));
  assert.deepEqual(readInitialState(), { a: 3, b: { c: [2] } });
});

test("a page without one begins with nothing", () => {
  show('<script type="application/json">{"a": 1}</script>');
  assert.deepEqual(readInitialState(), {});
});

test("wrong JSON is reported and the rest is read", () => {
  const error = mock.method(console, "error", () => undefined);
  show(element("{") + element("[1]") + element("null") + element('{"a": 1}'));
  assert.deepEqual(readInitialState(), { a: 1 });
  assert.equal(error.mock.callCount(), 3);
  error.mock.restore();
});

test("a fragment's own HTML is no state of the host", () => {
  show(`<tiny-fragment><div>${element('{"a": 1}')}</div></tiny-fragment>${element('{"b": 1}')}`);
  assert.deepEqual(readInitialState(), { b: 1 });
});

test("where the script has a nonce, only elements with the same one count", () => {
  show(element('{"a": 1}', 'nonce="n1"') + element('{"b": 1}', 'nonce="n2"') + element('{"c":1}'));
  assert.deepEqual(readInitialState("n1"), { a: 1 });
});

test("a key of a prototype is a key like any other", () => {
  show(element('{"__proto__": {"polluted": true}}'));
  const state = readInitialState();
  assert.deepEqual(Object.keys(state), ["__proto__"]);
  assert.equal((state as { polluted?: boolean }).polluted, undefined);
});
