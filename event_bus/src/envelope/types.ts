/** The envelope: what every message carries, and what each kind of message adds. */

import type { ErrorCode } from "../errors.ts";

export type MessageKind = "event" | "command" | "query" | "state" | "user-context";
export type Sensitivity = "public" | "internal" | "restricted";
export type StateOperation = "replace" | "patch" | "remove" | "reset";

/** A hint for tools about the payload's fields; the bus checks its shape only. */
export interface ValidationDescriptor {
  readonly required?: readonly string[] | undefined;
  readonly min?: Readonly<Record<string, number>> | undefined;
  readonly max?: Readonly<Record<string, number>> | undefined;
}

export interface MessageBase {
  /** What subscribers subscribe to, such as `cart:item-added`. */
  readonly messageName: string;
  /** Version of the payload's shape, from 1. */
  readonly messageVersion: number;
  /** UUID of this message. */
  readonly messageId: string;
  /** UUID of the conversation; for its first message, the message's own id. */
  readonly correlationId: string;
  /** UUID of the message that this one answers. */
  readonly causationId?: string | undefined;
  /** Who publishes. */
  readonly source: string;
  /** The one subscriber id that receives it; absent: all do. */
  readonly target?: string | undefined;
  /** ISO 8601 date-time with `Z` or an offset. */
  readonly occurredAtUtc: string;
  readonly kind: MessageKind;
  readonly sensitivity: Sensitivity;
  readonly validationDescriptor?: ValidationDescriptor | undefined;
}

/** Something happened. */
export interface EventMessage<T = unknown> extends MessageBase {
  readonly kind: "event";
  readonly eventKind: string;
  readonly payload: T;
}

/** Somebody should do something. */
export interface CommandMessage<T = unknown> extends MessageBase {
  readonly kind: "command";
  readonly commandName: string;
  readonly payload: T;
  /** Milliseconds. */
  readonly ackTimeoutMs?: number | undefined;
}

/** Somebody should answer something. */
export interface QueryMessage<T = unknown> extends MessageBase {
  readonly kind: "query";
  readonly queryName: string;
  readonly payload: T;
  /** Name of the message that answers. */
  readonly expectedResult?: string | undefined;
  /** Milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/** A shared value changed. */
export interface StateMessage<T = unknown> extends MessageBase {
  readonly kind: "state";
  readonly stateKey: string;
  readonly operation: StateOperation;
  /** Integer from 0. */
  readonly revision: number;
  readonly payload: T;
}

/** Who uses the page: what the UI shows and routes by, never a credential. */
export interface UserContext {
  readonly userId: string;
  readonly displayName: string;
  /** Absolute URL. */
  readonly avatarUrl?: string | undefined;
  readonly rolesForUi: readonly string[];
  readonly tenantId?: string | undefined;
  readonly locale?: string | undefined;
  readonly featureFlags?: Readonly<Record<string, boolean | number | string>> | undefined;
  readonly sessionVersion?: string | undefined;
}

export interface UserContextMessage extends MessageBase {
  readonly kind: "user-context";
  readonly payload: UserContext;
}

export type Message<T = unknown> =
  | EventMessage<T>
  | CommandMessage<T>
  | QueryMessage<T>
  | StateMessage<T>
  | UserContextMessage;

/** The bus took the message. */
export interface Ack {
  readonly accepted: true;
  readonly correlationId: string;
  readonly receivedAtUtc: string;
}

/** The bus did not take the message; `message` says why. */
export interface Nack {
  readonly accepted: false;
  readonly correlationId: string;
  readonly errorCode: ErrorCode;
  readonly message: string;
  readonly receivedAtUtc: string;
}

export type AckResult = Ack | Nack;
