/** The public surface of the package; `public-surface.test.ts` pins it. */

export { createBus } from "./bus/create-bus.ts";
export type {
  Bus,
  CreateBusOptions,
  Handler,
  PublishOutcome,
  SubscribeOptions,
  SubscriberErrorHook,
  Unsubscribe,
} from "./bus/types.ts";

export { createHostBridge } from "./bridge/create-host-bridge.ts";
export { generateAccessToken } from "./bridge/access-token.ts";
export { isValidMfeBridgeHandle } from "./bridge/window-slot.ts";
export type { CreateHostBridgeOptions, MfeBridgeHandle } from "./bridge/types.ts";

export { createEvent } from "./envelope/complete.ts";
export type { CreateEventOptions, IncompleteMessage } from "./envelope/complete.ts";
export {
  CommandMessageSchema,
  EventMessageSchema,
  MessageBaseSchema,
  MessageSchema,
  QueryMessageSchema,
  StateMessageSchema,
  UserContextMessageSchema,
  UserContextSchema,
  ValidationDescriptorSchema,
} from "./envelope/messages.ts";
export type { ObjectSchema, ParseResult } from "./envelope/object-schema.ts";
export type {
  SafeParseValidator,
  StandardValidator,
  Validated,
  Validator,
} from "./envelope/validator.ts";
export type {
  Ack,
  AckResult,
  CommandMessage,
  EventMessage,
  Message,
  MessageBase,
  MessageKind,
  Nack,
  QueryMessage,
  Sensitivity,
  StateMessage,
  StateOperation,
  UserContext,
  UserContextMessage,
  ValidationDescriptor,
} from "./envelope/types.ts";

export { BusValidationError, HostBridgeError } from "./errors.ts";
export type { ErrorCode, Issue } from "./errors.ts";
