/** The life of one island: wait, load, hydrate or mount, report, unmount. */
import type { Unmount } from "../../../runtimes/runtime.ts";
import { enter } from "./enter.ts";
import type { Host, Report } from "./enter.ts";
import type { Failure, Phase } from "./failure.ts";
import { load } from "./load.ts";
import { when } from "./strategy.ts";

/** What both events of a fragment say; `phase` and `error` only in `tiny-fragment-error`. */
export interface FragmentEventDetail {
  name: string;
  contractVersion: string;
  release: string | null;
  phase?: Phase;
  error?: unknown;
}

/** Starts the island in `host` and returns what ends it. */
export function start(host: Host): () => void {
  const attribute = (key: string): string | null => host.getAttribute(key);
  const name = attribute("name") ?? "";
  const contractVersion = attribute("contract-version") ?? "";
  let release = attribute("release");
  let over = false;
  let unmount: Unmount | undefined;

  const status = (value: string): void => host.setAttribute("status", value);
  const tell = (type: string, more?: { phase: Phase; error: unknown }): void => {
    const detail: FragmentEventDetail = { name, contractVersion, release, ...more };
    host.dispatchEvent(new CustomEvent(type, { bubbles: true, composed: true, detail }));
  };
  const report: Report = (phase, error, gone) => {
    if (gone) status("failed");
    console.error(`${host.localName} ${name}@${contractVersion} (${release}), ${phase}:`, error);
    tell("tiny-fragment-error", { phase, error });
  };

  const go = async (): Promise<void> => {
    if (over) return;
    status("hydrating");
    try {
      const loaded = await load(name, contractVersion, attribute("api") ?? "");
      if (over) return;
      const { module, runtime, renewed, config } = loaded;
      const fits = !renewed && (!release || !config.release || release === config.release);
      release = config.release ?? release;
      unmount = enter(host, module, runtime!, fits, report);
      status("active");
      tell("tiny-fragment-ready");
    } catch (caught) {
      const { phase, error } = caught as Failure;
      if (!over) report(phase, error, true);
    }
  };

  const cancel = when(attribute("hydrate"), host, go);
  return () => {
    over = true;
    cancel();
    host.removeAttribute("status");
    try {
      unmount?.();
    } catch (error) {
      report("run", error, false);
    }
  };
}
