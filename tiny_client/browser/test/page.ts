/** A page for tests: a DOM without a browser, where classic scripts run as in a browser. */
import { Window } from "happy-dom";

const browser = new Window({ url: "https://shop.example/", width: 1280, height: 800 });
const page = globalThis as unknown as Record<string, unknown>;

page["window"] = globalThis;
for (const name of [
  "document", "customElements", "HTMLElement", "Element", "Node", "Event", "CustomEvent",
  "MouseEvent", "MutationObserver",
] as const) {
  page[name] = browser[name];
}
page["addEventListener"] = browser.addEventListener.bind(browser);

/** Says how far the page has come; a test that does not ask has all of it. */
export function readyState(value: DocumentReadyState): void {
  Object.defineProperty(browser.document, "readyState", { configurable: true, value });
}
readyState("complete");

/** Sends an event to the window. */
export const dispatch = (type: string): unknown => browser.dispatchEvent(new browser.Event(type));

/** What the page may fetch: the text of scripts by URL, answers in JSON by URL. */
export const scripts = new Map<string, string>();
export const answers = new Map<string, object>();
/** Every URL that was asked for, in order. */
export const asked: string[] = [];
/** Every console.error, as text. */
export const errors: string[] = [];

/** In place of a script: the connection hangs. */
export const NEVER_ARRIVES = "never arrives";
/** Before a script: it comes when a test that settles has gone on. */
export const LATE = "/* late */";

export const origin = "https://registry.example";
const bundleUrl = (file: string): string => `${origin}/tiny/bundle/${file}`;

/** Makes `source` the bundle of a fragment or runtime; `more` goes into its config. */
export function deploy(name: string, version: string, source: string, more: object = {}): string {
  const umdBundle = `${name}.${version}.js`;
  scripts.set(bundleUrl(umdBundle), source);
  answers.set(`${origin}/tiny/latest/${name}/${version}`, { umdBundle, ...more });
  return umdBundle;
}

/** Gives every task and microtask that is due the time to run. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Puts HTML into the page and answers with its first fragment, once that had time to settle. */
export async function show(html: string): Promise<HTMLElement & { props?: object }> {
  document.body.innerHTML = html;
  await settle();
  return document.querySelector<HTMLElement>("tiny-fragment")!;
}

/** Every event of the fragments in the page, as `type phase message`. */
export function recordEvents(): string[] {
  const events: string[] = [];
  for (const type of ["tiny-fragment-ready", "tiny-fragment-error"] as const) {
    document.addEventListener(type, (event) => {
      const { phase, error } = (event as CustomEvent<{ phase?: string; error?: Error }>).detail;
      events.push([type, phase, error?.message].filter(Boolean).join(" "));
    });
  }
  return events;
}

/** Empties the page, waits until its fragments have unmounted, and forgets what happened. */
export async function reset(): Promise<void> {
  document.body.innerHTML = "";
  await settle();
  document.head.innerHTML = "";
  scripts.clear();
  answers.clear();
  asked.length = 0;
  errors.length = 0;
}

console.error = (...parts: unknown[]) => void errors.push(parts.map(String).join(" "));

page["fetch"] = (url: string): Promise<Response> => {
  asked.push(url);
  const answer = answers.get(url);
  return Promise.resolve(Response.json(answer ?? null, { status: answer ? 200 : 404 }));
};

// A browser runs a script with document.currentScript set, sends what it throws to the window, and
// fires load all the same.
const append = document.head.append.bind(document.head);
document.head.append = (...nodes: (Node | string)[]) => {
  for (const node of nodes) {
    if ((node as Element).localName === "script") void execute(node as HTMLScriptElement);
    else append(node);
  }
};

async function execute(script: HTMLScriptElement): Promise<void> {
  asked.push(script.src);
  await Promise.resolve();
  const source = scripts.get(script.src);
  if (source === undefined) return script.onerror?.(new Event("error"));
  if (source === NEVER_ARRIVES) return;
  if (source.startsWith(LATE)) await settle();
  Object.defineProperty(document, "currentScript", { configurable: true, value: script });
  try {
    (0, eval)(source);
  } catch (error) {
    const event = Object.assign(new Event("error", { cancelable: true }), { error });
    browser.dispatchEvent(event as never);
  }
  Object.defineProperty(document, "currentScript", { configurable: true, value: null });
  script.onload?.(new Event("load"));
}
