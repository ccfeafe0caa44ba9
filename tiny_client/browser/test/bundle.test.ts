import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import {
  NEVER_ARRIVES, answers, deploy, errors, origin, recordEvents, reset, scripts, settle, show,
} from "./page.ts";
import { calls, RUNTIME, umd } from "./runtime.ts";

interface Globals {
  tinyFrontendDeps?: Record<string, unknown>;
  tinyFrontendExports?: Record<string, unknown>;
  define?: unknown;
}
const page = globalThis as unknown as Globals;
page.tinyFrontendDeps = { lib: "of the page" };
const { LOAD_TIMEOUT_MS } = await import("../src/config.ts");
await import("../src/index.ts");

const runtime = { name: "test", contractVersion: "1" };
const events = recordEvents();
let name = "";
let count = 0;

const fragment = (): string =>
  `<tiny-fragment name="${name}" contract-version="1.0.0" api="${origin}"></tiny-fragment>`;
const start = (source: string, more: object = {}): Promise<HTMLElement> => {
  deploy(name, "1.0.0", source, { runtime, ...more });
  return show(fragment());
};
const url = (): string => `${origin}/tiny/bundle/${name}.1.0.0.js`;

beforeEach(() => {
  name = `Box${++count}`;
  deploy("test", "1", RUNTIME);
});

afterEach(async () => {
  await reset();
  calls.length = 0;
  events.length = 0;
  delete page.define;
});

test("a bundle gets the modules of its own runtime and not those of the page", async () => {
  await start(umd(name, "(lib) => () => { calls.push(lib.word); }"));
  assert.equal(calls.at(-1), "shared");
  assert.deepEqual(page.tinyFrontendDeps, { lib: "of the page" });
});

test("what a bundle registers stays out of the page's exports", async () => {
  page.tinyFrontendExports = { Theirs: 1 };
  const element = await start(umd(name, "() => () => {}"));
  assert.equal(element.getAttribute("status"), "active");
  assert.deepEqual(page.tinyFrontendExports, { Theirs: 1 });
});

test("another loader in the page writes and reads the globals as if they were its own", () => {
  page.tinyFrontendDeps = { ...page.tinyFrontendDeps, react: "theirs" };
  (0, eval)(umd("Real", "(react) => react", "react"));
  assert.equal(page.tinyFrontendExports?.["Real"], "theirs");
  assert.equal(page.tinyFrontendDeps["lib"], "of the page");
});

test("an esbuild bundle that declares the global as a var is loaded", async () => {
  const element = await start(`var tinyFrontendExports = tinyFrontendExports || {};
    tinyFrontendExports.${name} = (() => () => {})();`);
  assert.equal(element.getAttribute("status"), "active");
});

test("a falsy export is handed over and not taken for nothing", async () => {
  await start(`tinyFrontendExports.${name} = 0`);
  assert.match(events[0]!, /^tiny-fragment-error mount component is not a function/);
});

const outcomes: [string, () => string, () => string][] = [
  [
    "registers nothing",
    () => "void 0",
    () => `${url()} registers nothing: build it as UMD named tinyFrontendExports.${name}.`,
  ],
  [
    "registers under another name",
    () => "tinyFrontendExports.Kart = 1; tinyFrontendExports.Karl = 2;",
    () => `${url()} registers Kart, Karl, not ${name}.`,
  ],
  ["throws", () => "throw new Error('top level')", () => "top level"],
  [
    "needs what its runtime does not provide",
    () => umd(name, "(svelte) => svelte", "svelte"),
    () => 'It needs "svelte", but its runtime provides lib.',
  ],
  [
    "needs what every object has",
    () => umd(name, "(toString) => toString", "toString"),
    () => 'It needs "toString", but its runtime provides lib.',
  ],
];
for (const [what, source, message] of outcomes) {
  test(`a bundle that ${what} ends in an error that says so, once`, async () => {
    const element = await start(source());
    assert.equal(element.getAttribute("status"), "failed");
    assert.deepEqual(events, [`tiny-fragment-error bundle ${message()}`]);
    assert.equal(errors.length, 1);
  });
}

test("a bundle that the page's AMD loader took ends in an error that says what to do", async () => {
  page.define = Object.assign(() => {}, { amd: {} });
  await start(umd(name, "() => () => {}"));
  assert.deepEqual(events, [
    `tiny-fragment-error bundle The page's AMD loader took ${url()}: ` +
      "load it after the fragments, or delete define.amd.",
  ]);
});

test("a bundle that never arrives ends in an error at the time limit", async () => {
  deploy(name, "1.0.0", NEVER_ARRIVES, { runtime });
  document.body.innerHTML = fragment();
  const real = setTimeout;
  mock.timers.enable({ apis: ["setTimeout"] });
  const turn = (): Promise<void> => new Promise((resolve) => real(resolve, 20));
  await turn();
  mock.timers.tick(LOAD_TIMEOUT_MS);
  await turn();
  mock.timers.reset();
  assert.deepEqual(events, [`tiny-fragment-error bundle ${url()} did not load within 30000 ms.`]);
});

test("what a bundle adds to the page carries integrity, nonce and crossorigin", async () => {
  document.head.innerHTML = '<script nonce="n1"></script>';
  document.querySelector("script")!.nonce = "n1";
  const bundle = `${name}.1.0.0.js`;
  const css = `${name}.css`;
  await start(umd(name, "() => () => {}"), {
    cssBundle: css, integrity: { [bundle]: "sha384-js", [css]: "sha384-css" },
  });
  const link = (rel: string): HTMLLinkElement =>
    document.querySelector<HTMLLinkElement>(`link[rel=${rel}][href*=${name}]`)!;
  const expected = [["stylesheet", "sha384-css"], ["preload", "sha384-js"]] as const;
  for (const [rel, integrity] of expected) {
    assert.equal(link(rel).integrity, integrity);
    assert.equal(link(rel).crossOrigin, "anonymous");
    assert.equal(link(rel).nonce, "n1");
  }
});

test("without integrity nothing is fetched in cross-origin mode", async () => {
  await start(umd(name, "() => () => {}"), { cssBundle: "plain.css" });
  const link = document.querySelector("link[rel=stylesheet]")!;
  assert.equal(link.hasAttribute("crossorigin"), false);
});

test("a stylesheet that stands in the page is not added again", async () => {
  document.head.innerHTML = `<link rel="stylesheet" href="${origin}/tiny/bundle/there.css">`;
  await start(umd(name, "() => () => {}"), { cssBundle: "there.css" });
  assert.equal(document.querySelectorAll("link[rel=stylesheet]").length, 1);
});

test("a foreign registry's config without a runtime means plain", async () => {
  deploy("plain", "1", RUNTIME.replace(".test =", ".plain ="));
  answers.set(`${origin}/tiny/latest/${name}/1.0.0`, { umdBundle: `${name}.js` });
  scripts.set(`${origin}/tiny/bundle/${name}.js`, `tinyFrontendExports.${name} = () => {}`);
  const element = await show(fragment());
  await settle();
  assert.equal(element.getAttribute("status"), "active");
});
