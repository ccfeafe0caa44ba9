/** The bridge: what a fragment of another bundle finds on window; and the handle it speaks by. */

import type { Bus, Handler, StreamOptions, SubscribeOptions, Unsubscribe } from "../bus/types.ts";
import type { IncompleteMessage } from "../envelope/complete.ts";
import type { AckResult, Message, MessageBase, UserContextMessage } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";
import type { StateSyncAttachOptions, StateSyncCoordinator } from "../state/types.ts";
import type { Stores } from "../stores/types.ts";

/** A message with this payload. */
export type MessageOf<T> = Exclude<Message<T>, UserContextMessage>;

/** Payloads by message name; contracts give one (`PayloadsOf`). */
export type Payloads = Record<string, unknown>;

export interface PublishOptions {
  readonly messageVersion?: number | undefined;
  readonly target?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
  readonly sensitivity?: MessageBase["sensitivity"] | undefined;
  readonly eventKind?: string | undefined;
}

export interface HandleRequestOptions extends Omit<PublishOptions, "causationId" | "eventKind"> {
  /** Milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly validator?: Validator | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Name of the message that answers; `${messageName}:result` unless given. */
  readonly expectedResult?: string | undefined;
}

/** A name with a contract, or a pattern. */
type Readable<P> = (string & keyof P) | `${string}*`;

/** What a pattern brings may be anything. */
type PayloadOf<P, N> = N extends keyof P ? P[N] : unknown;

type Listening = Omit<SubscribeOptions, "subscriberId">;

/**
 * A fragment's own way to the bus. The host makes it: `source` and subscriber id are the
 * fragment's name and nothing else, and the registry's rules for that name hold. It ends when the
 * host revokes it or the fragment leaves the page, and its subscriptions end with it.
 */
export interface FragmentHandle<P extends object = Payloads> extends Stores {
  /** The fragment's name. */
  readonly name: string;
  /** Aborts when the handle is revoked. */
  readonly signal: AbortSignal;
  /** Publishes an event; never throws. */
  publish<N extends string & keyof P>(
    messageName: N,
    payload: P[N],
    options?: PublishOptions,
  ): AckResult;
  /** As `Bus.subscribe`. */
  subscribe<N extends Readable<P>>(
    messageName: N,
    handler: Handler<MessageOf<PayloadOf<P, N>>>,
    options?: Listening,
  ): Unsubscribe;
  /** As `Bus.messages`. */
  messages<N extends Readable<P>>(
    messageName: N,
    options?: Omit<StreamOptions, "subscriberId">,
  ): AsyncIterableIterator<MessageOf<PayloadOf<P, N>>>;
  /** Every message that this fragment may read. */
  observe(handler: Handler, options?: Pick<Listening, "signal">): Unsubscribe;
  /** Publishes a query; resolves to the payload of its answer. Rejects as `Bus.request`. */
  request<R = unknown>(
    messageName: string,
    payload?: unknown,
    options?: HandleRequestOptions,
  ): Promise<R>;
  /** Publishes a command; resolves to whether it was taken. Never rejects. */
  command(
    messageName: string,
    payload?: unknown,
    options?: HandleRequestOptions,
  ): Promise<AckResult>;
  /** As `Bus.respond`, with the payload first. */
  respond(
    messageName: string,
    handler: (payload: never, message: Message) => unknown,
    options?: Pick<Listening, "signal">,
  ): Unsubscribe;
  /** The value under a state key. Throws BusPolicyError where the fragment may not read it. */
  getSnapshot<T = unknown>(stateKey: string): T | undefined;
  /** Ends the handle; it cannot be used again. */
  dispose(): void;
}

/** Makes handles: the host's authority over who is who in its page. */
export interface Connector {
  /** A new handle for the fragment of this name. */
  connect(name: string): FragmentHandle;
  /** A token with which the fragment itself may get its handle, once: `bridge.connect`. */
  issueToken(name: string): string;
  /** Ends every handle and every unused token of this name. */
  revoke(name: string): void;
}

export interface MfeBridgeHandle {
  readonly protocolVersion: 1;
  readonly appId: string;
  readonly remotes: readonly string[];
  /** True once disposed; the page's slot is then free for another bridge. */
  readonly disposed: boolean;
  /** Throws HostBridgeError: `unauthorized`, or `delivery` where the bridge is disposed. */
  getBus(token?: string): Bus;
  /** Fills in missing ids, time, version and sensitivity, and publishes; never throws. */
  tryPublish(message: IncompleteMessage, token?: string): AckResult;
  /** The handle of the fragment for which the host issued this token. Throws HostBridgeError. */
  connect(name: string, token: string): FragmentHandle;
  /**
   * The authority to make handles, for the first caller in the page only: the script that starts
   * the fragments calls it before any of them runs. Throws HostBridgeError: `unauthorized`.
   */
  takeConnector(): Connector;
  /** Present with `stateSync`. Throws HostBridgeError: `unauthorized`. */
  getSnapshot?<T = unknown>(stateKey: string, token?: string): T | undefined;
  /** Takes the bridge off the page. Throws HostBridgeError: `unauthorized`. */
  dispose(token?: string): void;
}

export interface CreateHostBridgeOptions {
  readonly appId: string;
  readonly bus: Bus;
  /** The fragments that the host expects; informative. */
  readonly remotes?: readonly string[] | undefined;
  /**
   * What the handles' snapshots and stores read: options to attach state sync, which ends with the
   * bridge; or what `attachStateSync` returned, where the host reads it too and ends it itself.
   */
  readonly stateSync?: StateSyncAttachOptions | StateSyncCoordinator | undefined;
  /**
   * What to do where the page has a bridge. `throw` (default); `return-existing`: take it if it
   * has the same appId, remotes and bus, else throw; `replace`: dispose it first.
   */
  readonly onConflict?: "throw" | "return-existing" | "replace" | undefined;
  /** Callers must present it; `generateAccessToken` makes one. Without it, nobody is asked. */
  readonly accessToken?: string | undefined;
  /** Told of a handle that was revoked with subscriptions that its fragment had not ended. */
  readonly onLeak?: ((leak: Leak) => void) | undefined;
}

export interface ConnectFragmentOptions {
  /** What `getSnapshot` and the stores read. */
  readonly state?: StateSyncCoordinator | undefined;
  /** Told where the handle ends with subscriptions that its fragment had not ended. */
  readonly onLeak?: ((leak: Leak) => void) | undefined;
  /** Told of the end, whoever brought it about. */
  readonly onEnd?: (() => void) | undefined;
}

/** What a fragment left behind. */
export interface Leak {
  readonly name: string;
  /** Message names and patterns that it was still subscribed to. */
  readonly subscriptions: readonly string[];
}
