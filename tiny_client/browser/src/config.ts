/** Finds the config of a fragment or a runtime: in the page, else from the registry. */

/** What the registry answers. A foreign registry knows `umdBundle` and `cssBundle` only. */
export interface Config {
  umdBundle: string;
  cssBundle?: string;
  release?: string;
  contractVersion?: string;
  /** Subresource integrity by bundle name. */
  integrity?: Record<string, string>;
  runtime?: { name: string; contractVersion: string };
  /** Base URL of the bundles. Set in the page, never by a registry. */
  api?: string;
}

/** Milliseconds for a config and for each script: after that the fragment fails and says so. */
export const LOAD_TIMEOUT_MS = 30_000;

/** The config that the host wrote into the page for exactly this contract version. */
export function configInPage(name: string, version: string): Config | undefined {
  const page = window as unknown as Record<string, Config | undefined>;
  // With two contract versions of one name in a page only one can have the key of the real client.
  const shared = page[`tinyFrontend${name}Config`];
  return (
    page[`tinyFrontend${name}@${version}Config`] ??
    ((shared?.contractVersion ?? version) === version ? shared : undefined)
  );
}

/** `cache` is "no-cache" where the answer at hand has proved to be out of date. */
export async function fetchConfig(
  base: string,
  name: string,
  version: string,
  cache: RequestCache,
): Promise<Config> {
  const url = `${base}/tiny/latest/${name}/${encodeURIComponent(version)}`;
  try {
    const response = await fetch(url, { cache, signal: AbortSignal.timeout(LOAD_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()) as Config;
  } catch (cause) {
    throw new Error(`No config from ${url}: ${(cause as Error).message}`, { cause });
  }
}
