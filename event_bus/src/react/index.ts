/** The bus in React: providers and hooks, for React 18 and 19. */

export { BusContext, BusProvider } from "./bus-provider.ts";
export type { BusProviderProps } from "./bus-provider.ts";
export { HostBridgeProvider, useHostBridge } from "./host-bridge-provider.ts";
export type { HostBridgeProviderProps } from "./host-bridge-provider.ts";
export { useBus, usePublish, useStore, useStoreValue, useSubscribe } from "./hooks.ts";
export type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
