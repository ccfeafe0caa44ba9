/** Reaches the page's message bus, also where the page makes it after this fragment. */
import { name } from "../tiny.json";

/** The part of `window.__MFE_BRIDGE__` that this fragment uses. */
export interface Bridge {
  getBus(): {
    subscribe(
      messageName: string,
      handler: (message: { readonly payload?: unknown }) => void,
      options: { subscriberId: string },
    ): () => void;
  };
  tryPublish(message: object): unknown;
}

declare global {
  interface Window {
    __MFE_BRIDGE__?: Bridge;
  }
}

/** Calls `use` as soon as there is a bridge; the answer stops the waiting and what `use` began. */
export function withBridge(use: (bridge: Bridge) => void | (() => void)): () => void {
  let stop: void | (() => void);
  const start = (): void => {
    const bridge = window.__MFE_BRIDGE__;
    if (!bridge) return;
    window.removeEventListener("mfe-bridge-ready", start);
    stop = use(bridge);
  };
  window.addEventListener("mfe-bridge-ready", start);
  start();
  return () => {
    window.removeEventListener("mfe-bridge-ready", start);
    stop?.();
  };
}

/** Listens to the payloads of one message; the answer ends it. */
export function listen(messageName: string, handler: (payload: unknown) => void): () => void {
  return withBridge((bridge) =>
    bridge
      .getBus()
      .subscribe(messageName, (message) => handler(message.payload), { subscriberId: name }),
  );
}

/** Publishes a domain event as soon as there is a bridge; the answer drops one that waits. */
export function publish(messageName: string, payload: object): () => void {
  return withBridge((bridge) => {
    bridge.tryPublish({
      messageName,
      messageVersion: 1,
      kind: "event",
      eventKind: "domain",
      source: name,
      payload,
    });
  });
}
