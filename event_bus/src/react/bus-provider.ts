/** Gives the components below it a bus: one that is there, or a new one of its own. */

import { createElement, useEffect, useRef, useState } from "react";
import type { ReactElement, ReactNode } from "react";
import { isLive } from "../adapter/any-bus.ts";
import type { AnyBus } from "../adapter/any-bus.ts";
import { createBus } from "../bus/create-bus.ts";
import type { Bus, CreateBusOptions } from "../bus/types.ts";
import { BusContext } from "./context.ts";

export { BusContext };

export type BusProviderProps = { readonly children?: ReactNode } & (
  | {
      /** Undefined on the server and in a page without a bus. */
      readonly bus: AnyBus | undefined;
    }
  | CreateBusOptions
);

/**
 * `<BusProvider bus={bus}>` provides a bus and leaves it to its owner. `<BusProvider appId="shop"
 * validators={…}>` makes one, with the options of its first rendering, and disposes it when it is
 * unmounted.
 */
export function BusProvider(props: BusProviderProps): ReactElement {
  const { children } = props;
  return "bus" in props
    ? createElement(BusContext.Provider, { value: props.bus }, children)
    : createElement(OwnBus, { options: props }, children);
}

interface OwnBusProps {
  readonly options: CreateBusOptions;
  readonly children?: ReactNode;
}

function OwnBus({ options, children }: OwnBusProps): ReactElement {
  const [bus, setBus] = useState(() => make(options));
  const first = useRef(options).current;
  const mounted = useRef(0);
  useEffect(() => {
    mounted.current += 1;
    // Hidden for a while and shown again: what was disposed cannot be used again.
    if (!isLive(bus)) setBus(make(first));
    return () => {
      mounted.current -= 1;
      // Not at once: StrictMode unmounts and mounts again in one turn, and its bus must survive.
      queueMicrotask(() => {
        if (mounted.current === 0) bus.dispose();
      });
    };
  }, [bus, first]);
  return createElement(BusContext.Provider, { value: bus }, children);
}

function make({ children: _, ...options }: CreateBusOptions & { children?: ReactNode }): Bus {
  return createBus(options);
}
