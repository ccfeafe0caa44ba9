/** Gets each fragment a handle of the page's bus: its own, under its own name. */
import type {
  Connector,
  FragmentHandle,
  MfeBridgeHandle,
} from "../../../event_bus/src/bridge/types.ts";

let bridge: MfeBridgeHandle | undefined;
let connector: Connector | undefined;

function take(): void {
  try {
    bridge = (window as { __MFE_BRIDGE__?: MfeBridgeHandle }).__MFE_BRIDGE__;
    // A bridge of another maker has no handles to give.
    connector = bridge?.takeConnector?.();
  } catch (error) {
    console.error("No bus:", error);
  }
}

/**
 * Resolves when the bus is taken, or when no script of the page can make one any more: no bundle
 * may run before that, for a bridge gives its connector to the first caller only.
 */
export let busTaken: Promise<unknown> | undefined;

export function takeBus(): void {
  take();
  addEventListener("mfe-bridge-ready", take);
  // The packaged bus comes in any order, one of the host's own by the end of parsing. What has
  // been missed is over at the latest when everything has loaded.
  const { readyState } = document;
  const parsed = performance.getEntriesByType?.("navigation")[0] as
    | PerformanceNavigationTiming
    | undefined;
  const packaged = document.querySelector("script[data-app-id]");
  if (bridge || readyState === "complete") return;
  if (!packaged && parsed?.domContentLoadedEventEnd) return;
  busTaken = new Promise((resolve) => {
    for (const type of ["mfe-bridge-ready", packaged ? "load" : "DOMContentLoaded"]) {
      addEventListener(type, resolve);
    }
  });
}

/** Undefined where the page has no bus, or not yet. */
export function connect(name: string): FragmentHandle | undefined {
  return bridge?.disposed ? undefined : connector?.connect(name);
}
