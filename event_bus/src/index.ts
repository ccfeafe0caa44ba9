/** The public surface of the package; `public-surface.test.ts` pins it. */

export * from "./core.ts";
export { ConsoleObservabilityAdapter } from "./bus/console-adapter.ts";

export { connectFragment } from "./bridge/fragment-handle.ts";
export { createHostBridge } from "./bridge/create-host-bridge.ts";
export { createPageBus } from "./bridge/create-page-bus.ts";
export type { CreatePageBusOptions, PageBus } from "./bridge/create-page-bus.ts";
export { generateAccessToken } from "./bridge/access-token.ts";
export { isValidMfeBridgeHandle } from "./bridge/window-slot.ts";
export { readInitialState } from "./bridge/initial-state.ts";
export type * from "./bridge/types.ts";

export { attachStateSync } from "./state/attach-state-sync.ts";
export type * from "./state/types.ts";
export { createStores } from "./stores/create-stores.ts";
export type { CreateStoresOptions } from "./stores/create-stores.ts";
export type * from "./stores/types.ts";

export { connectFrame } from "./transport/connect-frame.ts";
export { connectParent } from "./transport/connect-parent.ts";
export { connectTabs } from "./transport/connect-tabs.ts";
export { connectWorker } from "./transport/connect-worker.ts";
export type * from "./transport/types.ts";
export { expose } from "./rpc/expose.ts";
export { keep, release, transfer } from "./rpc/ownership.ts";
export { wrap } from "./rpc/wrap.ts";
export type * from "./rpc/types.ts";

export { defineContracts } from "./contracts/define.ts";
export type {
  Contract,
  Contracts,
  ContractSchema,
  Definitions,
  PayloadsOf,
} from "./contracts/define.ts";
export { jsonSchema } from "./schema/json-schema.ts";
export type { JsonSchemaValidator } from "./schema/json-schema.ts";
export type { FromSchema, JsonSchema } from "./schema/types.ts";
export { versionedMessageSchema } from "./schema/versioned.ts";

export { HostBridgeError } from "./errors.ts";
