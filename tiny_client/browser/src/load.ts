/** Loads a fragment with its stylesheet and its runtime, each once in a page. */
import type { BrowserRuntime, SharedModules } from "../../../runtimes/runtime.ts";
import { busTaken } from "./bus.ts";
import { configInPage, fetchConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { Failure } from "./failure.ts";
import type { Phase } from "./failure.ts";
import { run } from "./script.ts";
import { scriptUrl } from "./trusted.ts";

export interface Loaded {
  config: Config;
  module: unknown;
  /** Absent for a runtime. */
  runtime: BrowserRuntime | undefined;
  /** The page's config named a bundle that is gone: this is a newer one than the page's HTML. */
  renewed: boolean;
}

const loads = new Map<string, Promise<Loaded>>();

/** Raises Failure. What failed is forgotten, so that the next fragment tries again. */
export function load(
  name: string,
  version: string,
  api: string,
  isRuntime = false,
): Promise<Loaded> {
  const found = configInPage(name, version);
  const base = found?.api ?? api;
  // With isRuntime in it: a fragment that names itself as its runtime would wait for itself.
  const key = [base, name, version, isRuntime].join(" ");
  let loading = loads.get(key);
  if (!loading) {
    loading = start(found, base, name, version, isRuntime);
    loads.set(key, loading);
    loading.catch(() => loads.delete(key));
  }
  return loading;
}

async function start(
  found: Config | undefined,
  base: string,
  name: string,
  version: string,
  isRuntime: boolean,
): Promise<Loaded> {
  let phase: Phase = "config";
  const ask = (cache: RequestCache): Promise<Config> => fetchConfig(base, name, version, cache);
  const attempt = async (config: Config): Promise<Loaded | undefined> => {
    if (config.cssBundle) link("stylesheet", base, config.cssBundle, config);
    let runtime: BrowserRuntime | undefined;
    if (!isRuntime) {
      phase = "runtime";
      // It can be run only after the runtime, but it can come together with it.
      link("preload", base, config.umdBundle, config);
      runtime = await loadRuntime(base, config);
    }
    phase = "bundle";
    const script = asset("script", base, config.umdBundle, config);
    const modules: SharedModules = runtime?.modules ?? {};
    await busTaken;
    const loaded = await run(script, name, modules);
    return loaded && { ...loaded, config, runtime, renewed: false };
  };

  try {
    const config = found ?? (await ask("default"));
    let loaded = await attempt(config);
    if (!loaded) {
      const renewed = await ask("no-cache");
      phase = "bundle";
      if (renewed.umdBundle !== config.umdBundle) loaded = await attempt(renewed);
      if (!loaded) {
        throw new Error(`${renewed.umdBundle} is gone, blocked, or not what its integrity says.`);
      }
      loaded.renewed = true;
    }
    return loaded;
  } catch (error) {
    throw new Failure(phase, error instanceof Failure ? error.error : error);
  }
}

async function loadRuntime(base: string, config: Config): Promise<BrowserRuntime> {
  // Only a foreign registry leaves the runtime out.
  const { name, contractVersion } = config.runtime ?? { name: "plain", contractVersion: "1" };
  return (await load(name, contractVersion, base, true)).module as BrowserRuntime;
}

/** An element that fetches a bundle just as the page's preload of it does: it comes once. */
function asset<Tag extends "script" | "link">(
  tag: Tag,
  base: string,
  bundle: string,
  config: Config,
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag) as HTMLScriptElement & HTMLLinkElement;
  const integrity = config.integrity?.[bundle];
  if (integrity) {
    created.integrity = integrity;
    created.crossOrigin = "anonymous";
  }
  const nonce = document.querySelector<HTMLElement>("script[nonce]")?.nonce;
  if (nonce) created.nonce = nonce;
  const url = `${base}/tiny/bundle/${bundle}`;
  if (tag === "script") created.src = scriptUrl(url);
  else created.href = url;
  return created;
}

function link(rel: "stylesheet" | "preload", base: string, bundle: string, config: Config): void {
  const created = asset("link", base, bundle, config);
  const links = document.querySelectorAll<HTMLLinkElement>(`link[rel=${rel}]`);
  if ([...links].some(({ href }) => href === created.href)) return;
  created.rel = rel;
  if (rel === "preload") created.as = "script";
  document.head.append(created);
}
