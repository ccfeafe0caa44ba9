/** Where the hooks find the bus. */

import { createContext } from "react";
import type { Context } from "react";
import type { AnyBus } from "../adapter/any-bus.ts";

/**
 * The bus of the components below: `<BusContext.Provider value={bus}>`. `BusProvider` provides it
 * too, but can also make a bus, and so brings the whole of one into a fragment's bundle.
 */
export const BusContext: Context<AnyBus | undefined> = /* @__PURE__ */ createContext<
  AnyBus | undefined
>(undefined);
