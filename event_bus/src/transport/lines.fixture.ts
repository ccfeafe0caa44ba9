/** Buses and lines in memory, whose messages arrive when a test says so. */

import { createBus } from "../bus/create-bus.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { CommandMessage, Message } from "../envelope/types.ts";
import { attachStateSync } from "../state/attach-state-sync.ts";
import type { StateSyncAttachOptions, StateSyncCoordinator } from "../state/types.ts";
import { joinBus } from "./join-bus.ts";
import type { JoinOptions, Relay } from "./join-bus.ts";

/** A bus that delivers at once, and what it reported of its lines. */
export interface Side {
  readonly bus: Bus;
  readonly reports: Error[];
}

export function openSide(appId: string, options: Partial<CreateBusOptions> = {}): Side {
  const reports: Error[] = [];
  const bus = createBus({
    appId,
    dispatch: "sync",
    allowUnregisteredMessageNames: true,
    observability: {
      onError: (error, context) => context === "transport" && reports.push(error as Error),
    },
    ...options,
  });
  return { bus, reports };
}

export function withState(
  { bus }: Side,
  options: Partial<StateSyncAttachOptions> = {},
): StateSyncCoordinator {
  return attachStateSync(bus, { enabled: true, ...options });
}

const complete = (message: object): Message => completeMessage(message) as unknown as Message;

export const event = (messageName: string, source: string, payload: unknown = {}): Message =>
  complete({ messageName, source, payload, kind: "event", eventKind: "test" });

export const query = (messageName: string, source: string, more: object = {}): Message =>
  complete({ messageName, source, payload: {}, kind: "query", queryName: messageName, ...more });

export const command = (messageName: string, source: string): CommandMessage =>
  complete({
    messageName,
    source,
    payload: {},
    kind: "command",
    commandName: messageName,
  }) as CommandMessage;

export const change = (
  key: string,
  source: string,
  revision: number,
  payload: unknown,
  more: object = {},
): Message =>
  complete({
    messageName: key,
    stateKey: key,
    source,
    revision,
    payload,
    kind: "state",
    operation: "replace",
    ...more,
  });

/** What was sent, as structured clone leaves it, until it is delivered. */
interface Wire {
  readonly post: (message: Message) => void;
  readonly sent: Message[];
  deliverOne(): void;
}

function openWire(receivers: () => readonly Relay[]): Wire {
  const sent: Message[] = [];
  return {
    sent,
    post: (message) => void sent.push(structuredClone(message)),
    deliverOne() {
      const message = sent.shift();
      if (message) for (const relay of receivers()) relay.receive(structuredClone(message));
    },
  };
}

export interface Pair {
  readonly toChild: Message[];
  readonly toHost: Message[];
  readonly hostRelay: Relay;
  readonly childRelay: Relay;
  /** Delivers until nothing is under way. */
  flush(): void;
}

/** A host and its frame. */
export function joinPair(
  host: Side,
  child: Side,
  peer: string,
  hostOptions: Partial<JoinOptions> = {},
  childOptions: Partial<JoinOptions> = {},
): Pair {
  const down = openWire(() => [childRelay]);
  const up = openWire(() => [hostRelay]);
  const hostRelay = joinBus(host.bus, down.post, { peer, ...hostOptions });
  const parent = { peer: "parent", trusted: true };
  const childRelay = joinBus(child.bus, up.post, { ...parent, ...childOptions });
  hostRelay.open();
  childRelay.open();
  return {
    toChild: down.sent,
    toHost: up.sent,
    hostRelay,
    childRelay,
    flush() {
      untilQuiet([down, up]);
    },
  };
}

export interface Tab extends Side {
  readonly relay: Relay;
  /** What this tab has sent and the others have not heard yet, for each of them. */
  readonly wires: readonly Wire[];
}

/** Tabs on one channel; each pair of them keeps its own order, as a BroadcastChannel may. */
export function joinTabs(sides: readonly (Side & { state?: StateSyncCoordinator })[]): Tab[] {
  const tabs: Tab[] = [];
  sides.forEach((side, index) => {
    const wires = sides
      .map((_, other) => other)
      .filter((other) => other !== index)
      .map((other) => openWire(() => [(tabs[other] as Tab).relay]));
    const relay = joinBus(side.bus, (message) => wires.forEach(({ post }) => post(message)), {
      peer: "tabs",
      topics: ["**"],
      trusted: true,
      broadcast: true,
      state: side.state,
    });
    tabs.push({ ...side, relay, wires });
  });
  for (const { relay } of tabs) relay.open();
  return tabs;
}

export function flushTabs(tabs: readonly Tab[]): void {
  untilQuiet(tabs.flatMap((tab) => tab.wires));
}

/** Rounds after which the ends of the lines talk of nothing but each other. */
const MAX_ROUNDS = 1000;

function untilQuiet(wires: readonly Pick<Wire, "sent" | "deliverOne">[]): void {
  for (let round = 0; wires.some(({ sent }) => sent.length > 0); round += 1) {
    if (round > MAX_ROUNDS) throw new Error("The lines do not come to rest.");
    for (const wire of wires) wire.deliverOne();
  }
}
