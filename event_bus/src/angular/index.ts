/** The bus in Angular: providers, services and signals. */

export { BusService } from "./bus-service.ts";
export { HostBridgeService } from "./host-bridge-service.ts";
export { provideBus, provideHostBridge, provideRemotePlatformBus } from "./providers.ts";
export { injectSubscribe, storeSignal } from "./signals.ts";
export { BUS_TOKEN, HOST_BRIDGE_TOKEN, injectBus, injectHostBridge } from "./tokens.ts";
export type { HostBridge } from "./tokens.ts";
export type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
