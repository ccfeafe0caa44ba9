/** What the inspector looks at: parts of a bus, so that anything that has them can be looked at. */

import type { Leak } from "../bridge/types.ts";
import type { Bus } from "../bus/types.ts";
import type { StateSyncCoordinator } from "../state/types.ts";

export type InspectedBus = Pick<Bus, "appId" | "log" | "subscriptions">;
export type InspectedState = Pick<StateSyncCoordinator, "entries" | "onChange">;

export interface InspectorSource {
  /** Made with a `logLimit`, for the log is what the inspector shows. */
  readonly bus: InspectedBus;
  readonly state?: InspectedState | undefined;
  /** What fragments left behind; the host's `onLeak` adds to it. */
  readonly leaks?: readonly Leak[] | undefined;
}

/** One tab of the panel. */
export interface View {
  readonly root: HTMLElement;
  /** What the tab says behind its name. */
  count(): number;
  /** Brings what is shown up to date; once a frame. `now` is in milliseconds. */
  update(now: number): void;
  /** True where there was something to close within the view. */
  escape(): boolean;
}
