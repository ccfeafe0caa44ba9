/** What a bus offers and what it can be told. */

import type { BusValidationError } from "../errors.ts";
import type { Message, MessageBase } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";

/** What it returns is ignored, but a promise that rejects is reported. */
export type Handler<M extends MessageBase = Message> = (message: M) => unknown;

/** Ends a subscription; a second call does nothing. */
export type Unsubscribe = () => void;

/** Receives what a handler threw or rejected with. */
export type SubscriberErrorHook = (error: unknown, message: Message, subscriberId: string) => void;

/** `delivered`: the message is taken, and is delivered in its turn. */
export type PublishOutcome =
  | { readonly status: "delivered" }
  | { readonly status: "rejected"; readonly error: BusValidationError };

export interface SubscribeOptions {
  /** Who listens: a message with a `target` reaches only the subscribers of that id. */
  readonly subscriberId?: string | undefined;
}

export interface CreateBusOptions {
  /** Names the application that owns the bus. */
  readonly appId: string;
  /**
   * By message name: what checks the whole message, in addition to its envelope. What the
   * validator returns is what is delivered. Sync only.
   */
  readonly validators?: Readonly<Record<string, Validator>> | undefined;
  /** Id of the subscribers that name none; the appId unless given. */
  readonly defaultSubscriberId?: string | undefined;
  /** `microtask` (default): after the publisher's turn. `sync`: before publish returns. */
  readonly dispatch?: "microtask" | "sync" | undefined;
  /** Take messages whose name has no validator. Default false. */
  readonly allowUnregisteredMessageNames?: boolean | undefined;
  /** Receives why `publish` rejected a message; without it, `publish` throws. */
  readonly onDispatchError?: ((error: BusValidationError, message: unknown) => void) | undefined;
  /** Without it, a handler's error goes to `reportError`, or to the console where there is none. */
  readonly onSubscriberError?: SubscriberErrorHook | undefined;
}

export interface Bus {
  readonly appId: string;
  /**
   * Queues a message for its subscribers. They receive a frozen copy.
   * Throws BusValidationError where it is rejected and there is no `onDispatchError`.
   */
  publish<M extends MessageBase>(message: M): void;
  /** As publish, but the outcome is returned; never throws. */
  attemptPublish<M extends MessageBase>(message: M): PublishOutcome;
  /** Calls `handler` with each later message of exactly this name. */
  subscribe<M extends MessageBase = Message>(
    messageName: string,
    handler: Handler<M>,
    options?: SubscribeOptions,
  ): Unsubscribe;
  /** Calls `handler` with each later message of any name and target, before its subscribers. */
  observeAll(handler: Handler): Unsubscribe;
  /** Drops queue and subscribers for good: publishing and subscribing fail from now on. */
  dispose(): void;
}
