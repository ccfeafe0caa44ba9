/** Who may publish and read which messages, and in which versions. */

import { snapshot } from "../envelope/snapshot.ts";
import type { MessageBase } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";
import { BusPolicyError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { questionOf } from "./patterns.ts";

export interface TopicRegistration {
  readonly messageName: string;
  /** Sources; anybody unless given. */
  readonly allowedPublishers?: readonly string[] | undefined;
  /** Subscriber ids; anybody unless given. */
  readonly allowedSubscribers?: readonly string[] | undefined;
  readonly minMessageVersion?: number | undefined;
  readonly maxMessageVersion?: number | undefined;
}

export interface TopicRegistryOptions {
  /** Refuse names that are not registered. Default false. */
  readonly strict?: boolean | undefined;
}

type Validators = Readonly<Record<string, Validator>>;
type Rules = Omit<TopicRegistration, "messageName">;

/**
 * Answers to a query or command (`name:result`, `name:ack`, `name:nack`) that are not registered
 * themselves may be published by those who may read the question, and read by those who may ask.
 */
export class TopicRegistry {
  readonly #topics = new Map<string, TopicRegistration>();
  /** The rules for names that are not registered. */
  readonly #others: Rules;

  constructor({ strict }: TopicRegistryOptions = {}) {
    this.#others = strict ? { allowedPublishers: [], allowedSubscribers: [] } : {};
  }

  static fromValidators(validators: Validators, options?: TopicRegistryOptions): TopicRegistry {
    const registry = new TopicRegistry(options);
    registry.registerFromValidators(validators);
    return registry;
  }

  /** Replaces what was registered for the name. */
  register(topic: TopicRegistration): void {
    this.#topics.set(topic.messageName, snapshot(topic) as TopicRegistration);
  }

  /** Registers names with the versions that their validators take, except the registered ones. */
  registerFromValidators(validators: Validators): void {
    for (const messageName in validators) {
      if (!this.#topics.has(messageName)) {
        this.register({ messageName, ...versionsOf(validators[messageName] as Versioned) });
      }
    }
  }

  getRegistration(messageName: string): TopicRegistration | undefined {
    return this.#topics.get(messageName);
  }

  /** Throws BusPolicyError: `unauthorized` or `incompatible-version`. */
  assertCanPublish(
    message: Pick<MessageBase, "messageName" | "messageVersion" | "source">,
  ): void {
    const { messageName, messageVersion, source } = message;
    const rules = this.#rulesOf(messageName);
    const { allowedPublishers, minMessageVersion = 1, maxMessageVersion = Infinity } = rules;
    if (!allows(allowedPublishers, source)) refuse(`"${source}" may not publish`, messageName);
    if (messageVersion < minMessageVersion || messageVersion > maxMessageVersion) {
      refuse(`${messageVersion} is no version of`, messageName, "incompatible-version");
    }
  }

  /** Throws BusPolicyError: `unauthorized`. */
  assertCanSubscribe(messageName: string, subscriberId: string): void {
    if (!this.canSubscribe(messageName, subscriberId)) {
      refuse(`"${subscriberId}" may not read`, messageName);
    }
  }

  canSubscribe(messageName: string, subscriberId: string): boolean {
    return allows(this.#rulesOf(messageName).allowedSubscribers, subscriberId);
  }

  #rulesOf(messageName: string): Rules {
    const topic = this.#topics.get(messageName);
    if (topic) return topic;
    const { allowedPublishers, allowedSubscribers } =
      this.#topics.get(questionOf(messageName)) ?? this.#others;
    return { allowedPublishers: allowedSubscribers, allowedSubscribers: allowedPublishers };
  }
}

function allows(list: readonly string[] | undefined, id: string): boolean {
  return list?.includes(id) ?? true;
}

function refuse(what: string, messageName: string, code?: ErrorCode): never {
  throw new BusPolicyError(`${what} "${messageName}".`, code);
}

/** What the bus reads of a validator to learn the versions that it takes. */
interface Versioned {
  /** Of this package's own schemas. */
  readonly versions?: { readonly min?: number; readonly max?: number };
  /** Of Zod's object schemas: a literal, or a number with limits. */
  readonly shape?: {
    readonly messageVersion?: {
      readonly value?: unknown;
      readonly def?: { readonly values?: readonly unknown[] };
      readonly minValue?: number | null;
      readonly maxValue?: number | null;
    };
  };
}

function versionsOf({ versions, shape }: Versioned): Rules {
  const version = shape?.messageVersion;
  const values = (version?.def?.values ?? [version?.value]) as number[];
  return {
    minMessageVersion: versions?.min ?? (Math.min(...values) || version?.minValue) ?? undefined,
    maxMessageVersion: versions?.max ?? (Math.max(...values) || version?.maxValue) ?? undefined,
  };
}
