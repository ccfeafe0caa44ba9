/** Runs a bundle as a classic script and takes what it registers, apart from the page's globals. */
import type { SharedModules } from "../../../runtimes/runtime.ts";
import { LOAD_TIMEOUT_MS } from "./config.ts";

/** What one script of ours sees under the two global names, and what it threw. */
interface Scope {
  tinyFrontendDeps: SharedModules;
  tinyFrontendExports: Record<string, unknown>;
  error?: unknown;
}

type Globals = Partial<Omit<Scope, "error">> & { define?: { amd?: unknown } };

const page = window as unknown as Globals;
const scopes = new WeakMap<object, Scope>();
const running = (): Scope | undefined => scopes.get(document.currentScript ?? scopes);

/**
 * While a script of ours runs, `tinyFrontendDeps` and `tinyFrontendExports` are its own: two
 * versions of React can serve one page, and `@tiny-frontend/client`, which shares the names, meets
 * only its own. Nothing is published to the page's objects afterwards either: where a bundle of the
 * real client registered nothing, it would take ours for its own, with the wrong React inside.
 */
export function isolate(): void {
  for (const key of ["tinyFrontendDeps", "tinyFrontendExports"] as const) {
    let shared: unknown = page[key];
    Object.defineProperty(window, key, {
      configurable: true,
      enumerable: true,
      get: () => {
        const scope = running();
        return scope ? scope[key] : shared;
      },
      // esbuild's IIFE and Rollup's UMD write back what they have read: ours keep their own.
      set: (value: unknown) => {
        if (!running()) shared = value;
      },
    });
  }
  // What a bundle throws at its top level goes to the window only: report it with the fragment.
  addEventListener("error", (event) => {
    const scope = running();
    if (scope) {
      scope.error ??= event.error ?? event.message;
      event.preventDefault();
    }
  });
}

function only(modules: SharedModules): SharedModules {
  return new Proxy(modules, {
    get(_, id: string) {
      if (Object.hasOwn(modules, id)) return modules[id];
      const provided = Object.keys(modules).join(", ") || "nothing";
      throw new Error(`It needs "${id}", but its runtime provides ${provided}.`);
    },
  });
}

function whyNot(name: string, url: string, registered: string[]): string {
  if (registered[0]) return `${url} registers ${registered.join(", ")}, not ${name}.`;
  return page.define?.amd
    ? `The page's AMD loader took ${url}: load it after the fragments, or delete define.amd.`
    : `${url} registers nothing: build it as UMD named tinyFrontendExports.${name}.`;
}

/**
 * Resolves to what `script` registered, or to undefined where it could not be fetched: gone,
 * blocked, or not what its integrity says.
 */
export function run(
  script: HTMLScriptElement,
  name: string,
  modules: SharedModules,
): Promise<{ module: unknown } | undefined> {
  const scope: Scope = {
    tinyFrontendDeps: only(modules),
    tinyFrontendExports: Object.create(null) as Record<string, unknown>,
  };
  const exported = scope.tinyFrontendExports;
  scopes.set(script, scope);
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${script.src} did not load within ${LOAD_TIMEOUT_MS} ms.`)),
      LOAD_TIMEOUT_MS,
    );
    script.onerror = script.onload = (event: Event | string) => {
      clearTimeout(late);
      if ((event as Event).type === "error") resolve(undefined);
      else if (scope.error) reject(scope.error);
      else if (name in exported) resolve({ module: exported[name] });
      else reject(new Error(whyNot(name, script.src, Object.keys(exported))));
    };
    document.head.append(script);
  });
}
