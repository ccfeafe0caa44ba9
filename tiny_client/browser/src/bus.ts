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

/** Before any bundle runs: a bridge gives its connector to the first caller only. */
export function takeBus(): void {
  take();
  addEventListener("mfe-bridge-ready", take);
}

/** Undefined where the page has no bus, or not yet. */
export function connect(name: string): FragmentHandle | undefined {
  return bridge?.disposed ? undefined : connector?.connect(name);
}
