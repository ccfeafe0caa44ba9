/** Talks to one window of known origins, before there is a port. */

import type { Bus } from "../bus/types.ts";
import { BusPolicyError, BusValidationError } from "../errors.ts";
import type { Door } from "./connect.ts";

/** Throws BusValidationError where an origin is not what a MessageEvent would say, such as `*`. */
export function windowDoor(
  bus: Bus,
  farWindow: () => Window | null,
  origins: readonly string[],
): Door {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new BusValidationError("validation", `"${origin}" is not an exact origin.`);
    }
  }
  return {
    post(frame, ports) {
      for (const origin of origins) farWindow()?.postMessage(frame, origin, ports);
    },
    listen(hear) {
      const listener = ({ source, origin, data, ports, isTrusted }: MessageEvent): void => {
        if (!isTrusted || !source || source !== farWindow()) return;
        if (origins.includes(origin)) hear(data, ports);
        else bus.report(new BusPolicyError(`The origin "${origin}" may not connect.`), "transport");
      };
      addEventListener("message", listener);
      return () => removeEventListener("message", listener);
    },
  };
}
