/** Shared state: one value and one revision for each key, changed by `state` messages only. */

import type { StateMessage } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";

export type ConflictStrategy = "last-writer-wins" | "reject-if-stale" | "custom";

export interface StateSyncCustomContext<T = unknown> {
  readonly stateKey: string;
  readonly incoming: StateMessage<T>;
  readonly currentRevision: number;
  readonly currentSnapshot: T | undefined;
}

export interface StateSyncAttachOptions {
  readonly enabled: boolean;
  readonly initialRevisions?: Readonly<Record<string, number>> | undefined;
  readonly initialSnapshots?: Readonly<Record<string, unknown>> | undefined;
  /** What to do with a revision that is not above the current one. */
  readonly conflictStrategy?: ConflictStrategy | undefined;
  readonly customConflict?: ((context: StateSyncCustomContext) => "accept" | "reject") | undefined;
  /** By state key: what the value must satisfy after each change, a patch included. */
  readonly schemas?: Readonly<Record<string, Validator>> | undefined;
}

/** A key's value as it stands. */
export interface StateEntry {
  readonly stateKey: string;
  /** The message name that it was last changed by; the key itself before the first change. */
  readonly messageName: string;
  readonly revision: number;
  /** Id of that message; empty before the first change. */
  readonly messageId: string;
  /** Frozen. */
  readonly value: unknown;
}

export interface StateSyncCoordinator {
  /** Undefined for a key that has no value. */
  getRevision(stateKey: string): number | undefined;
  /** Frozen; undefined for a key that has no value. */
  getSnapshot<T = unknown>(stateKey: string): T | undefined;
  /**
   * The key's entry, after `remove` too: its value is then undefined, and its revision is what the
   * next change must be above. Undefined for a key that never had a value.
   */
  getEntry(stateKey: string): StateEntry | undefined;
  /** Every key that has a value. */
  entries(): readonly StateEntry[];
  /** Calls `listener` with the key of each change, when its message is delivered. */
  onChange(listener: (stateKey: string) => void): () => void;
  dispose(): void;
}
