/** The core of the bus alone, for pages that need no bridge, state or transport. */

export { createBus } from "./bus/create-bus.ts";
export { composePolicies, defaultSensitivityPolicy } from "./bus/policies.ts";
export { TopicRegistry } from "./bus/registry.ts";
export type { TopicRegistration, TopicRegistryOptions } from "./bus/registry.ts";
export type * from "./bus/types.ts";
export { completeMessage, createEvent } from "./envelope/complete.ts";
export type { CreateEventOptions, IncompleteMessage } from "./envelope/complete.ts";
export {
  CommandMessageSchema,
  EventMessageSchema,
  MessageBaseSchema,
  MessageKindSchema,
  MessageSchema,
  QueryMessageSchema,
  SensitivitySchema,
  StateMessageSchema,
  StateOperationSchema,
  UserContextMessageSchema,
  UserContextSchema,
  ValidationDescriptorSchema,
} from "./envelope/messages.ts";
export type { ObjectSchema, ParseResult, Schema } from "./envelope/object-schema.ts";
export type * from "./envelope/types.ts";
export type * from "./envelope/validator.ts";
export { BusPolicyError, BusValidationError } from "./errors.ts";
export type { BusError, ErrorCode, Issue } from "./errors.ts";
