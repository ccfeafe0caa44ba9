/** Message contracts: declared once, read as validators, as types and as a snapshot. */

import {
  CommandMessageSchema,
  EventMessageSchema,
  QueryMessageSchema,
  StateMessageSchema,
} from "../envelope/messages.ts";
import { schemaOf } from "../envelope/object-schema.ts";
import type { ObjectSchema } from "../envelope/object-schema.ts";
import type { Message, StateMessage } from "../envelope/types.ts";
import { isValidator } from "../envelope/validator.ts";
import type { Validated, Validator } from "../envelope/validator.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import type { FromSchema, JsonSchema } from "../schema/types.ts";
import { only, versionedMessageSchema } from "../schema/versioned.ts";

/** A JSON Schema literal, or a validator from elsewhere: `safeParse` or Standard Schema. */
export type ContractSchema = JsonSchema | Validator;

export interface Contract {
  readonly kind: "event" | "command" | "query" | "state";
  /** The `messageVersion`, from 1. Whoever changes payload or result incompatibly raises it. */
  readonly version: number;
  /** Of a `state` message: the whole value. */
  readonly payload: ContractSchema;
  /** Of a query: the payload of its answer, the message `${name}:result`. */
  readonly result?: ContractSchema;
  readonly description?: string;
}

export type Definitions = Readonly<Record<string, Contract>>;

export interface Contracts<D extends Definitions = Definitions> {
  readonly definitions: D;
  /** For `createBus`. */
  readonly validators: Readonly<Record<string, Validator>>;
  /** For state sync: by state key, which is the message name. */
  readonly schemas: Readonly<Record<string, Validator>>;
}

type TypeOf<S> = S extends Validator ? Validated<S> : FromSchema<S>;

/** Payloads by message name, answers included, as `FragmentHandle` takes them. */
export type PayloadsOf<C extends Contracts> = C extends Contracts<infer D>
  ? { [N in keyof D]: TypeOf<D[N]["payload"]> } & {
      [N in keyof D as D[N] extends { readonly result: unknown }
        ? `${N & string}:result`
        : never]: D[N] extends { readonly result: infer R } ? TypeOf<R> : never;
    }
  : never;

const KINDS = {
  event: EventMessageSchema,
  command: CommandMessageSchema,
  query: QueryMessageSchema,
  state: StateMessageSchema,
};

/** Throws BusValidationError where a JSON Schema says what is not held. */
export function defineContracts<const D extends Definitions>(definitions: D): Contracts<D> {
  const validators: Record<string, Validator> = {};
  const schemas: Record<string, Validator> = {};
  for (const [name, contract] of Object.entries(definitions)) {
    const { kind, version, result } = contract;
    const payload = validatorOf(contract.payload);
    const base = versionedMessageSchema(KINDS[kind] as ObjectSchema<Message>, version);
    validators[name] = base.extend({ payload });
    if (kind === "state") {
      schemas[name] = payload;
      validators[name] = stateValidator(base, name, payload);
    }
    if (result) {
      validators[`${name}:result`] = EventMessageSchema.extend({ payload: validatorOf(result) });
    }
  }
  return { definitions, validators, schemas };
}

/** A patch is a part of the value only: what it leads to is for state sync to judge. */
function stateValidator(base: ObjectSchema<Message>, name: string, payload: Validator): Validator {
  // Who may publish goes by the message name: it must not open another key.
  const part = base.extend({ stateKey: only(name) });
  const whole = part.extend({ payload });
  const check = schemaOf((value, issues) => {
    const { operation } = { ...(value as Partial<StateMessage>) };
    return (operation === "replace" ? whole : part)["~check"](value, issues);
  });
  return { ...check, versions: base.versions } as Validator;
}

function validatorOf(schema: ContractSchema): Validator {
  return isValidator(schema) ? schema : jsonSchema(schema);
}
