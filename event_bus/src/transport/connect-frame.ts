/** Joins the bus of a frame, of whatever origin, to the page's. */

import type { Bus } from "../bus/types.ts";
import { connect } from "./connect.ts";
import { windowDoor } from "./window-door.ts";
import type { ConnectFrameOptions, Connection } from "./types.ts";

/** Throws BusValidationError where the origin is not exact. */
export function connectFrame(
  bus: Bus,
  iframe: HTMLIFrameElement,
  options: ConnectFrameOptions,
): Connection {
  const { name, origin } = options;
  // A document that can be read is of our own origin: a frame that is still empty.
  const farWindow = (): Window | null =>
    origin !== location.origin && iframe.contentDocument ? null : iframe.contentWindow;
  return connect(bus, windowDoor(bus, farWindow, [origin]), name, true, options);
}
