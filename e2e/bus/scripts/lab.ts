/** What every page of the bus's own tests has: a bus that keeps what it heard and reported. */

import { createBus } from "../../../event_bus/src/bus/create-bus.ts";
import { TopicRegistry } from "../../../event_bus/src/bus/registry.ts";
import type { Bus } from "../../../event_bus/src/bus/types.ts";
import { completeMessage } from "../../../event_bus/src/envelope/complete.ts";
import type { CommandMessage, Message } from "../../../event_bus/src/envelope/types.ts";
import { attachStateSync } from "../../../event_bus/src/state/attach-state-sync.ts";
import type { StateSyncCoordinator } from "../../../event_bus/src/state/types.ts";
import type { ConnectionState } from "../../../event_bus/src/transport/types.ts";

export interface Lab {
  readonly bus: Bus;
  readonly state: StateSyncCoordinator;
  /** `[message name, source, payload]` */
  readonly heard: [string, string, unknown][];
  readonly reports: string[];
  readonly states: ConnectionState[];
  publish(messageName: string, payload?: unknown, source?: string): string;
  /** The payload of the answer, or the code and message of the error. */
  ask(queryName: string, more?: object): Promise<unknown>;
  command(commandName: string): Promise<boolean>;
  set(key: string, value: unknown): void;
}

export function openLab(appId: string): Lab {
  const heard: Lab["heard"] = [];
  const reports: string[] = [];
  const registry = new TopicRegistry();
  registry.register({ messageName: "locked", allowedPublishers: ["shop"] });
  const bus = createBus({
    appId,
    registry: appId === "shop" ? registry : undefined,
    allowUnregisteredMessageNames: true,
    retain: { "news:*": 2 },
    observability: {
      onError: (error, context) => {
        if (context === "transport") reports.push((error as Error).message);
      },
    },
  });
  bus.subscribe("**", ({ messageName, source, payload }) => {
    heard.push([messageName, source, payload]);
  });
  bus.respond(`${appId}:name`, () => appId);
  const state = attachStateSync(bus, { enabled: true });
  const make = (message: object): Message =>
    completeMessage({ source: appId, payload: {}, ...message }) as unknown as Message;
  const makeCommand = (name: string): CommandMessage =>
    make({ messageName: name, kind: "command", commandName: name }) as CommandMessage;

  return {
    bus,
    state,
    heard,
    reports,
    states: [],
    publish: (messageName, payload, source = appId) =>
      bus.attemptPublish(make({ messageName, payload, source, kind: "event", eventKind: "test" }))
        .status,
    ask: (name, more) =>
      bus
        .request(make({ messageName: name, kind: "query", queryName: name, ...more }))
        .then(({ payload }) => payload)
        .catch((error: { code: string; message: string }) => `${error.code}: ${error.message}`),
    command: async (name) =>
      (await bus.sendCommand(makeCommand(name))).accepted,
    set(key, payload) {
      const revision = (state.getEntry(key)?.revision ?? -1) + 1;
      const change = { messageName: key, stateKey: key, operation: "replace", revision, payload };
      bus.publish(make({ ...change, kind: "state" }));
    },
  };
}
