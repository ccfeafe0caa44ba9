/** A bridge as the page offers it, which records what is published. */
import type { Bridge } from "../src/bus.ts";

type Handler = (message: { readonly payload?: unknown }) => void;

export interface FakeBus {
  readonly published: object[];
  /** Ids of those who listen at the moment. */
  readonly subscribers: () => string[];
  /** Puts the bridge on `window`, as the page's bus script does. */
  readonly arrive: () => void;
  readonly send: (messageName: string, payload: unknown) => void;
}

export function createFakeBus(): FakeBus {
  const subscriptions = new Set<{ messageName: string; handler: Handler; subscriberId: string }>();
  const published: object[] = [];
  const bridge: Bridge = {
    getBus: () => ({
      subscribe(messageName, handler, { subscriberId }) {
        const subscription = { messageName, handler, subscriberId };
        subscriptions.add(subscription);
        return () => subscriptions.delete(subscription);
      },
    }),
    tryPublish: (message) => published.push(message),
  };
  return {
    published,
    subscribers: () => [...subscriptions].map(({ subscriberId }) => subscriberId),
    arrive() {
      window.__MFE_BRIDGE__ = bridge;
      window.dispatchEvent(new Event("mfe-bridge-ready"));
    },
    send(messageName, payload) {
      for (const subscription of [...subscriptions]) {
        if (subscription.messageName === messageName) subscription.handler({ payload });
      }
    },
  };
}
