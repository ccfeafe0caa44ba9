/** Both halves of a runtime, bundled as they are shipped: one in a bare V8, one in a page. */
import { join } from "node:path";
import vm from "node:vm";
import { Window } from "happy-dom";
import { bundleRuntime, root } from "../../scripts/bundle.mjs";
import type { BrowserRuntime, Props, RuntimeOptions, ServerRuntime } from "../runtime.ts";

const page = new Window({ url: "https://shop.example/" });

/** The browser half's globals: a page's, and what a page has in common with Node. */
const browserGlobals = vm.createContext(
  Object.assign(page, {
    window: page, self: page, globalThis: page, console, queueMicrotask, setTimeout, clearTimeout,
    Error, TypeError, Object, Array, Map, Set, WeakMap, Symbol, Promise, Math, JSON, Date, Number,
    String,
  }),
);

export interface Halves {
  description: {
    name: string;
    contractVersion: string;
    metadata: { kind: string; modules: string[] };
  };
  server: ServerRuntime;
  browser: BrowserRuntime;
  /** Evaluates a component with `modules` in scope, on the server and in the page. */
  component(source: string): { server: unknown; browser: unknown };
}

type Registered<Half> = vm.Context & { tinyFrontendExports: Record<string, Half> };

export async function halves(name: string): Promise<Halves> {
  const bundles = await bundleRuntime(join(root, "runtimes", name));
  // Nothing but the language: whatever else a renderer asks for fails here as in the engine.
  const bare = vm.createContext({});
  vm.runInContext(bundles.server.toString(), bare);
  vm.runInContext(bundles.browser.toString(), browserGlobals);
  const { [name]: server } = (bare as Registered<ServerRuntime>).tinyFrontendExports;
  const { [name]: browser } = (browserGlobals as Registered<BrowserRuntime>).tinyFrontendExports;
  if (!server || !browser) throw new Error(`${name} does not register itself.`);
  const wrapped = (source: string): string => `((modules) => ${source})`;
  return {
    description: bundles.description,
    server,
    browser,
    component: (source) => ({
      server: vm.runInContext(wrapped(source), bare)(server.modules),
      browser: vm.runInContext(wrapped(source), browserGlobals)(browser.modules),
    }),
  };
}

/** An element in the page with this HTML. */
export function rootWith(html: string): HTMLElement {
  const element = page.document.createElement("div");
  element.innerHTML = html;
  page.document.body.append(element);
  return element as unknown as HTMLElement;
}

/** Options that write errors down, as `fatal: message` or `message`. */
export function options(errors: string[] = []): RuntimeOptions {
  return {
    idPrefix: "t0-",
    onError: (error, { fatal }) =>
      void errors.push(`${fatal ? "fatal: " : ""}${(error as Error).message}`),
  };
}

/** Gives a framework that renders in a later microtask or task the time to do so. */
export const rendered = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const props: Props = { word: "<é>" };
