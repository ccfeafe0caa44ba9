/** What the framework adapters speak over: a fragment's handle, or the bus of a host. */

import type { FragmentHandle, PublishOptions } from "../bridge/types.ts";
import type { Bus, Handler, SubscribeOptions, Unsubscribe } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import type { CreateEventOptions } from "../envelope/complete.ts";
import type { AckResult, MessageBase } from "../envelope/types.ts";

// `any`: a handle of whatever payloads.
export type AnyBus = Bus | FragmentHandle<any>;

/** The key of Vue's `provide` and of Svelte's context under which a bus is found. */
export const BUS_KEY = "tiny-bus";

export interface ListenOptions<B extends AnyBus = AnyBus> extends SubscribeOptions {
  /** Instead of the one that is provided. */
  readonly bus?: B | undefined;
}

export interface Publish {
  /** Publishes an event; never throws. Without a bus it answers a Nack of the code `delivery`. */
  (messageName: string, payload: unknown, options?: PublishOptions): AckResult;
  /** As `Bus.publish`, for a host's bus; without a bus it does nothing. */
  (message: MessageBase): void;
}

/** Tells a bus from the options of one. */
export function isAnyBus(given: object): given is AnyBus {
  return "subscribe" in given;
}

export function isHostBus(bus: object | undefined): bus is Bus {
  return bus !== undefined && "attemptPublish" in bus;
}

/** Whether a bus is there and takes something yet. */
export function isLive<B extends AnyBus>(bus: B | undefined): bus is B {
  return bus !== undefined && !(isHostBus(bus) ? bus.disposed : bus.signal.aborted);
}

/** Where there is no live bus, it does nothing. Throws what the bus's `subscribe` throws. */
export function listen(
  bus: AnyBus | undefined,
  messageName: string,
  handler: Handler<never>,
  options: ListenOptions = {},
): Unsubscribe {
  if (!isLive(bus)) return () => {};
  const { bus: _, ...rest } = options;
  return (bus as Bus).subscribe(messageName, handler, rest);
}

export function publishOn(bus: AnyBus | undefined): Publish {
  return ((first: string | MessageBase, payload: unknown, options?: PublishOptions) => {
    if (!isLive(bus)) return refused("delivery", "There is no bus.");
    if (!isHostBus(bus)) return bus.publish(first as string, payload, options);
    return typeof first === "object"
      ? bus.publish(first)
      : publishEvent(bus, first, payload, options);
  }) as Publish;
}

function publishEvent(
  bus: Bus,
  messageName: string,
  payload: unknown,
  options: PublishOptions = {},
): AckResult {
  const event = createEvent(messageName, payload, {
    ...options,
    eventKind: options.eventKind ?? messageName,
    source: bus.defaultSubscriberId,
  } as CreateEventOptions);
  const { correlationId } = event;
  const outcome = bus.attemptPublish(event);
  if (outcome.status === "delivered") {
    return { accepted: true, correlationId, receivedAtUtc: now() };
  }
  const { code, message } =
    outcome.status === "dedupe"
      ? { code: outcome.status, message: "The bus has this message." }
      : outcome.error;
  return refused(code, message, correlationId);
}

function refused(
  errorCode: Extract<AckResult, { accepted: false }>["errorCode"],
  message: string,
  correlationId = "",
): AckResult {
  return { accepted: false, correlationId, errorCode, message, receivedAtUtc: now() };
}

const now = (): string => new Date().toISOString();
