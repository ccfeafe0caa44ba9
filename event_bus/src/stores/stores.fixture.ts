/** A page with a bus, shared state and the stores of its fragments, for tests. */

import type { CreateBusOptions } from "../bus/types.ts";
import type { StateMessage } from "../envelope/types.ts";
import { openState } from "../state/state.fixture.ts";
import type { OpenState } from "../state/state.fixture.ts";
import { createStores } from "./create-stores.ts";
import type { CreateStoresOptions } from "./create-stores.ts";
import type { Stores } from "./types.ts";

export interface Page extends OpenState {
  readonly stores: Stores;
  /** Every state message, in the order of its delivery. */
  readonly messages: StateMessage[];
  /** The stores of another fragment. */
  of(source: string, more?: Partial<CreateStoresOptions>): Stores;
}

export function openPage(busOptions: Partial<CreateBusOptions> = {}): Page {
  const { bus, state } = openState({}, busOptions);
  const messages: StateMessage[] = [];
  bus.observeAll((message) => messages.push(message as StateMessage));
  const of: Page["of"] = (source, more) => createStores(bus, { state, source, ...more });
  return { bus, state, messages, of, stores: of("cart") };
}

export const tick = (): Promise<void> => Promise.resolve();
