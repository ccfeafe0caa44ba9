/** Buses and messages for tests. */

import { completeMessage, createEvent } from "../envelope/complete.ts";
import type { CreateEventOptions } from "../envelope/complete.ts";
import type { CommandMessage, EventMessage, QueryMessage } from "../envelope/types.ts";
import { createBus } from "./create-bus.ts";
import type { Bus, CreateBusOptions } from "./types.ts";

/** A bus of "shop" that delivers before publish returns and takes every name. */
export function openBus(options: Partial<CreateBusOptions> = {}): Bus {
  return createBus({
    appId: "shop",
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    ...options,
  });
}

export const event = <T = object>(
  name: string,
  payload: T = {} as T,
  options: Partial<CreateEventOptions> = {},
): EventMessage<T> => createEvent(name, payload, { source: "test", ...options });

export const query = (name: string, changes: Partial<QueryMessage> = {}): QueryMessage =>
  completeMessage({
    kind: "query",
    messageName: name,
    queryName: name,
    source: "asker",
    payload: {},
    ...changes,
  }) as unknown as QueryMessage;

export const command = (name: string, changes: Partial<CommandMessage> = {}): CommandMessage =>
  completeMessage({
    kind: "command",
    messageName: name,
    commandName: name,
    source: "asker",
    payload: {},
    ...changes,
  }) as unknown as CommandMessage;

/** Until the microtasks that are queued now, and those that they queue, have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
