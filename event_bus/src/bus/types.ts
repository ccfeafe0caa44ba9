/** What a bus offers and what it can be told. */

import type { BusError } from "../errors.ts";
import type { AckResult, CommandMessage, Message, MessageBase } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";
import type { TopicRegistry } from "./registry.ts";

/** What it returns is ignored, but a promise that rejects is reported. */
export type Handler<M extends MessageBase = Message> = (message: M) => unknown;

/** Ends a subscription; a second call does nothing. */
export type Unsubscribe = () => void;

/** Refuses a message by throwing; what it returns is ignored. */
export type Policy = (message: Message) => void;

/**
 * Runs last before a message is queued, and refuses it by throwing. A function that it returns is
 * called once no other hook has refused the message, before `publish` returns.
 */
export type BeforeDeliverHook = (message: Message) => void | (() => void);

/** Receives what a handler threw or rejected with. */
export type SubscriberErrorHook = (error: unknown, message: Message, subscriberId: string) => void;

/** `delivered`: the message is taken, and is delivered in its turn. */
export type PublishOutcome =
  | { readonly status: "delivered" }
  | { readonly status: "dedupe" }
  | { readonly status: "rejected"; readonly error: BusError };

export interface SubscribeOptions {
  /** Who listens: a message with a `target` reaches only the subscribers of that id. */
  readonly subscriberId?: string | undefined;
  /** End the subscription with its first message. */
  readonly once?: boolean | undefined;
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** How many of the retained messages of a topic come first; all unless given, 0 for none. */
  readonly replay?: number | undefined;
}

export interface StreamOptions extends Omit<SubscribeOptions, "once"> {
  /** Messages that wait for a slow reader, 1,000 unless given; beyond it the oldest is dropped. */
  readonly limit?: number | undefined;
}

export interface RequestOptions {
  /** Milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** What the answer must satisfy; its output is what the request resolves to. */
  readonly validator?: Validator | undefined;
  /** Gives up the request when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export type ObservabilityContext =
  | "dispatch"
  | "subscriber"
  | "observeAll"
  | "request"
  | "bridge"
  | "transport";

/** Told of everything that the bus does; what it throws is reported to the console and no more. */
export interface ObservabilityAdapter {
  /** Before anything is checked. */
  onPublish?(message: MessageBase): void;
  /** Before the subscribers are called. */
  onDeliver?(message: Message): void;
  /** After the subscribers were called: who they were, and how many milliseconds they took. */
  onDelivered?(message: Message, receivers: readonly string[], durationMs: number): void;
  /** A message that was refused, or dropped as a duplicate (code `dedupe`). */
  onReject?(error: BusError, message: unknown): void;
  onError?(error: unknown, context: ObservabilityContext): void;
  onRequestTimeout?(requestMessageId: string): void;
}

/** One message in `bus.log()`. Times are in milliseconds. */
export interface LogRecord {
  /** The message as it was delivered, or as it was given where it was refused. */
  readonly message: Message;
  readonly status: "queued" | "delivered" | "dedupe" | "rejected";
  readonly error?: BusError | undefined;
  /** Ids of the subscribers that were called, in their order. */
  readonly receivers: readonly string[];
  /** `performance.now()` of the publishing. */
  readonly publishedAt: number;
  /** From the publishing to the subscribers. */
  readonly latencyMs?: number | undefined;
  /** What the subscribers took together. */
  readonly durationMs?: number | undefined;
}

export interface QueueOptions {
  /** Messages that may wait at once. Default 100,000. */
  readonly limit?: number | undefined;
  /** A message beyond the limit: `reject` it (default), or `drop-oldest` of those that wait. */
  readonly overflow?: "reject" | "drop-oldest" | undefined;
  /**
   * Milliseconds of delivering after which the page gets a turn; a fifth of it after 4,096
   * messages without one. Default 40.
   */
  readonly maxTurnMs?: number | undefined;
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
  /** Drops a message of the same source and id for `windowMs` after the first one. */
  readonly dedupe?:
    | {
        readonly enabled: boolean;
        /** Milliseconds. */
        readonly windowMs: number;
        /** Ids that are remembered; 10,000 unless given. */
        readonly maxIds?: number | undefined;
      }
    | undefined;
  readonly policy?: Policy | undefined;
  readonly registry?: TopicRegistry | undefined;
  /** Register the validators' names and versions in the registry. Default false. */
  readonly autoRegisterTopics?: boolean | undefined;
  /** Take messages whose name has no validator. Default false. */
  readonly allowUnregisteredMessageNames?: boolean | undefined;
  /** Refuse messages older than this. Milliseconds. */
  readonly messageTtlMs?: number | undefined;
  /** Refuse messages of sensitivity `restricted`. Default true. */
  readonly enableDefaultSensitivityPolicy?: boolean | undefined;
  /** By message name or pattern: how many of the last messages late subscribers get. */
  readonly retain?: Readonly<Record<string, number>> | undefined;
  readonly queue?: QueueOptions | undefined;
  /** Records that `log()` keeps; 0 (default): none. */
  readonly logLimit?: number | undefined;
  /** Receives why `publish` rejected a message; without it, `publish` throws. */
  readonly onDispatchError?: ((error: unknown, message?: unknown) => void) | undefined;
  /** `request` rejects at once where its message is refused. It does so with false, too. */
  readonly failFastOnDispatchError?: boolean | undefined;
  /** Without it, a handler's error goes to `onDispatchError`, else `reportError` or the console. */
  readonly onSubscriberError?: SubscriberErrorHook | undefined;
  readonly onDedupe?: ((message: Message) => void) | undefined;
  readonly observability?: ObservabilityAdapter | undefined;
}

export interface Bus {
  readonly appId: string;
  /** The id of subscribers that name none. */
  readonly defaultSubscriberId: string;
  readonly registry: TopicRegistry | undefined;
  /** True once disposed. */
  readonly disposed: boolean;
  /**
   * Queues a message for its subscribers. They receive a frozen copy. A duplicate is dropped.
   * Throws BusValidationError or BusPolicyError where it is rejected and there is no
   * `onDispatchError`.
   */
  publish<M extends MessageBase>(message: M): void;
  /** As publish, but the outcome is returned; never throws. */
  attemptPublish<M extends MessageBase>(message: M): PublishOutcome;
  /**
   * Calls `handler` with each later message of a name, or of the names that a pattern matches:
   * `*` stands for one segment between colons, `**` at the end for one or more. Retained messages
   * come first. Throws BusPolicyError where the registry does not allow it.
   */
  subscribe<M extends MessageBase = Message>(
    messageName: string,
    handler: Handler<M>,
    options?: SubscribeOptions,
  ): Unsubscribe;
  /** The same messages, for `for await`; ends with its signal, with `break`, or with the bus. */
  messages<M extends MessageBase = Message>(
    messageName: string,
    options?: StreamOptions,
  ): AsyncIterableIterator<M>;
  /**
   * Calls `handler` with each later message before its subscribers. Without a subscriberId: every
   * message. With one: those without another target that the registry lets it read.
   */
  observeAll(
    handler: Handler,
    options?: Pick<SubscribeOptions, "subscriberId" | "signal">,
  ): Unsubscribe;
  registerBeforeDeliver(hook: BeforeDeliverHook): Unsubscribe;
  /**
   * Publishes a query and resolves to its answer: the first message with its id as `causationId`
   * that comes from a subscriber of the query (from its target, if it has one) and satisfies the
   * validator, else has the name `expectedResult`, if it has that. Others are waited over.
   * Timeout: the argument, else the message's `timeoutMs`, else 5,000 ms.
   * Rejects with BusValidationError (`timeout`, `validation`, `delivery`) or BusPolicyError, also
   * where the answer is a refusal.
   */
  request<R extends MessageBase = Message>(
    message: MessageBase,
    timeoutMs?: number | RequestOptions,
    validator?: Validator<R>,
  ): Promise<R>;
  /**
   * Publishes a command and resolves to whether it was taken: Ack with the first message with its
   * id as `causationId`, as for `request`; Nack where that is a refusal (an event of the
   * `eventKind` "nack"), where none comes in time, or where the bus refuses the command. Never
   * rejects.
   */
  sendCommand(message: CommandMessage): Promise<AckResult>;
  /**
   * Answers the queries and acknowledges the commands of a name. What `handler` returns is the
   * payload of the answer, an event named `expectedResult` or `${messageName}:result`; what it
   * throws is sent as a refusal.
   */
  respond(
    messageName: string,
    handler: (message: Message) => unknown,
    options?: Pick<SubscribeOptions, "subscriberId" | "signal">,
  ): Unsubscribe;
  /** The last messages, oldest first, as far as `logLimit` keeps them. */
  log(): readonly LogRecord[];
  /** Sends an error to the observability adapter, for what is built on the bus. */
  report(error: unknown, context: ObservabilityContext): void;
  /** How many subscriptions each subscriber has. */
  subscriptions(): ReadonlyMap<string, number>;
  /** Calls `callback` when the bus is disposed; at once where it is. */
  onDispose(callback: () => void): Unsubscribe;
  /** Drops queue and subscribers for good: publishing and subscribing fail from now on. */
  dispose(): void;
}
