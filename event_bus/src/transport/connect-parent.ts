/** Joins the bus of a frame or a worker to that of the page around it. */

import type { Bus } from "../bus/types.ts";
import { connect } from "./connect.ts";
import { workerDoor } from "./connect-worker.ts";
import type { WorkerEnd } from "./connect-worker.ts";
import { windowDoor } from "./window-door.ts";
import type { ConnectParentOptions, Connection } from "./types.ts";

/**
 * The bus's `appId` must be the name that the page gives this side, which is the only source that
 * it lets it speak as. Throws BusValidationError where an origin is not exact.
 */
export function connectParent(bus: Bus, options: ConnectParentOptions = {}): Connection {
  const door =
    typeof document === "undefined"
      ? workerDoor(globalThis as unknown as WorkerEnd)
      : windowDoor(bus, () => parent, options.origins ?? []);
  return connect(bus, door, "parent", false, options);
}
