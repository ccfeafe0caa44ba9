/** Where the error of a handler goes, so that it is seen and stops nobody else. */

import type { SubscriberErrorHook } from "./types.ts";

/** To the page's error event, where monitors listen; to the console where there is none. */
export const reportToPage: SubscriberErrorHook = (cause, { messageName }, subscriberId) => {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const error = new Error(`A subscriber of "${messageName}" (${subscriberId}) failed: ${detail}`, {
    cause,
  });
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
};

/** The same hook, whose own errors are reported too instead of reaching the bus. */
export function guard(hook: SubscriberErrorHook): SubscriberErrorHook {
  return (cause, message, subscriberId) => {
    try {
      hook(cause, message, subscriberId);
    } catch (error) {
      console.error(error, cause);
    }
  };
}
