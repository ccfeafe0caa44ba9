/** Tells the observability adapter and the log what happens, and the page what went wrong. */

import type { Message } from "../envelope/types.ts";
import type { Watcher } from "./log.ts";
import { guard, reportToPage } from "./report.ts";
import type { CreateBusOptions, ObservabilityContext } from "./types.ts";

export type Tell = <K extends keyof Watcher>(
  event: K,
  ...details: Parameters<NonNullable<Watcher[K]>>
) => void;

/** A handler failed; without an id, one of the default subscriber. */
export type Failed = (
  error: unknown,
  message: Message,
  subscriberId?: string,
  context?: ObservabilityContext,
) => void;

/** What a watcher throws goes to the console, and to nobody else. */
export function createTell(watchers: readonly Watcher[]): Tell {
  return (event, ...details) => {
    for (const watcher of watchers as Record<string, ((...all: unknown[]) => void) | undefined>[]) {
      guard(() => watcher[event]?.(...details));
    }
  };
}

export function createFailed(
  tell: Tell,
  { onSubscriberError, onDispatchError }: CreateBusOptions,
  defaultSubscriberId: string,
): Failed {
  const hook = onSubscriberError ?? onDispatchError ?? reportToPage;
  return (error, message, subscriberId = defaultSubscriberId, context = "subscriber") => {
    tell("onError", error, context);
    guard(() => hook(error, message, subscriberId));
  };
}
