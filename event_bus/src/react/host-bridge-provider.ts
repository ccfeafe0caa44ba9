/** Puts the bridge of a React host on the page as long as the provider is mounted. */

import { createContext, createElement, useContext, useEffect, useLayoutEffect } from "react";
import { useRef, useState } from "react";
import type { ReactElement, ReactNode } from "react";
import { openBridge } from "../adapter/open-bridge.ts";
import type { BridgeOptions } from "../adapter/open-bridge.ts";
import type { MfeBridgeHandle } from "../bridge/types.ts";
import { BusContext } from "./context.ts";

export interface HostBridgeProviderProps extends BridgeOptions {
  readonly children?: ReactNode;
}

const HostBridgeContext = /* @__PURE__ */ createContext<MfeBridgeHandle | undefined>(undefined);

// Before the effects of the components below, which may start remotes. React 18 warns of layout
// effects on the server, where neither kind runs.
const useEarlyEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

/**
 * Makes a bridge of the host's bus that is provided above it, and disposes it when it is
 * unmounted. Other `remotes`, another `accessToken` or `onConflict` make another bridge;
 * `stateSync` and `onLeak` count as they are when it is made.
 */
export function HostBridgeProvider(props: HostBridgeProviderProps): ReactElement {
  const { children, ...options } = props;
  const bus = useContext(BusContext);
  const [bridge, setBridge] = useState<MfeBridgeHandle>();
  const latest = useRef(options);
  latest.current = options;
  const { accessToken, onConflict } = options;
  useEarlyEffect(() => {
    const { bridge: made, close } = openBridge(
      bus,
      latest.current,
      "put a BusProvider around HostBridgeProvider",
    );
    setBridge(made);
    return () => {
      setBridge(undefined);
      close();
    };
  }, [bus, options.remotes?.join("\n"), accessToken, onConflict]);
  return createElement(HostBridgeContext.Provider, { value: bridge }, children);
}

/** The bridge of the provider above; undefined on the server and until it is made. */
export function useHostBridge(): MfeBridgeHandle | undefined {
  return useContext(HostBridgeContext);
}
