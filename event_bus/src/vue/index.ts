/** The bus in Vue 3.5: plugins and composables. */

export { createBusPlugin, createHostBridgePlugin } from "./plugins.ts";
export { useBus, useHostBridge, usePublish, useStore, useSubscribe } from "./composables.ts";
export type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
