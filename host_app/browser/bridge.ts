/** The page's bus, as far as the shop's own script needs it. */

interface Message {
  source: string;
  payload: unknown;
}

interface Bus {
  subscribe(name: string, handler: (message: Message) => void): () => void;
}

interface Bridge {
  getBus(): Bus;
  tryPublish(message: Record<string, unknown>): { accepted: boolean };
}

const SOURCE = "shop";

function current(): Bridge | undefined {
  return (window as unknown as { __MFE_BRIDGE__?: Bridge }).__MFE_BRIDGE__;
}

/** Calls `use` with the bridge, now or as soon as the page has one. */
function withBridge(use: (bridge: Bridge) => void): void {
  const bridge = current();
  if (bridge) {
    use(bridge);
  } else {
    window.addEventListener("mfe-bridge-ready", () => withBridge(use), { once: true });
  }
}

/** Publishes an event; the bridge adds ids and time. Returns false where it was refused. */
export function publishEvent(name: string, payload: unknown): boolean {
  const answer = current()?.tryPublish({
    messageName: name,
    messageVersion: 1,
    kind: "event",
    eventKind: "domain",
    sensitivity: "public",
    source: SOURCE,
    payload,
  });
  if (answer?.accepted === false) console.error(`The bus refused ${name}`, answer);
  return answer?.accepted === true;
}

/** Calls `handler` with every event of that name that others publish. */
export function onEvent(name: string, handler: (payload: unknown) => void): void {
  withBridge((bridge) => {
    bridge.getBus().subscribe(name, ({ source, payload }) => {
      if (source !== SOURCE) handler(payload);
    });
  });
}
