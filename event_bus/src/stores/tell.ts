/** Calls what others wrote so that what it throws is seen, and stops nobody else. */

import type { Bus } from "../bus/types.ts";

export function tell(bus: Bus, call: () => void): void {
  try {
    call();
  } catch (error) {
    bus.report(error, "subscriber");
    // Node has no reportError.
    const report = globalThis.reportError ?? console.error;
    report(error);
  }
}
