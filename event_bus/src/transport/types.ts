/** Lines to the buses of frames, workers and other tabs. */

import type { StateSyncCoordinator } from "../state/types.ts";

/** `lost`: it was open, and is being opened again. `closed`: for good. */
export type ConnectionState = "connecting" | "open" | "lost" | "closed";

export interface Connection {
  readonly state: ConnectionState;
  /**
   * Resolves when the line is open for the first time. Rejects with BusValidationError: `timeout`
   * where the far side does not answer, `delivery` where the line is closed before.
   */
  readonly ready: Promise<void>;
  /** For calls beside the messages; another one each time that the line opens. */
  readonly port: MessagePort | undefined;
  close(): void;
}

export interface LineOptions {
  /** Names and patterns of the messages that travel. Answers to what travelled always do. */
  readonly topics?: readonly string[] | undefined;
  /** Shares these values with the far side. */
  readonly state?: StateSyncCoordinator | undefined;
  /** Messages that wait while the line is not open. Default 1,000; then the oldest is dropped. */
  readonly waitingLimit?: number | undefined;
}

export interface ConnectOptions extends LineOptions {
  /** Milliseconds that an attempt waits for the far side. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Attempts after the first one. Default 3. */
  readonly retries?: number | undefined;
  /** Milliseconds before the second attempt, doubled with each further one. Default 250. */
  readonly backoffMs?: number | undefined;
  readonly onStateChange?: ((state: ConnectionState) => void) | undefined;
}

export interface ConnectWorkerOptions extends ConnectOptions {
  /** The `source` of all that the far side publishes, and its subscriber id here. */
  readonly name: string;
  /** Milliseconds between pings, 5,000 unless given, 0 for none; two without a pong: lost. */
  readonly pingIntervalMs?: number | undefined;
}

export interface ConnectFrameOptions extends ConnectWorkerOptions {
  /** The frame's origin, exactly. */
  readonly origin: string;
}

export interface ConnectParentOptions extends ConnectOptions {
  /** Origins of the pages that may connect, exactly; for a frame. A worker has none to check. */
  readonly origins?: readonly string[] | undefined;
}

export interface ConnectTabsOptions extends LineOptions {
  /** Name of the BroadcastChannel. Every script of the origin can speak on it. */
  readonly channel: string;
  readonly topics: readonly string[];
}
