/** What a message goes through first: copy, validate, freeze. */

import { BusValidationError } from "../errors.ts";
import type { ErrorCode, Issue } from "../errors.ts";
import { checkEnvelope } from "../envelope/messages.ts";
import type { ObjectSchema } from "../envelope/object-schema.ts";
import { snapshot } from "../envelope/snapshot.ts";
import type { Message } from "../envelope/types.ts";
import { isValidator, runValidator } from "../envelope/validator.ts";
import type { Validator } from "../envelope/validator.ts";
import { questionOf } from "./patterns.ts";

/** Returns the message as it is delivered; throws BusValidationError. */
export type Admission = (message: unknown) => Message;

/** Throws BusValidationError where a validator is none. */
export function createAdmission(
  validators: Readonly<Record<string, Validator>>,
  allowUnregistered: boolean | undefined,
  ttlMs: number | undefined,
): Admission {
  const known = new Map(Object.entries(validators));
  for (const [name, validator] of known) {
    if (!isValidator(validator)) throw invalid(`The validator of "${name}" is none.`);
  }

  return (message) => {
    // The copy comes first: what is validated is then what is delivered, whatever a getter or the
    // publisher does to the original.
    let copy = snapshot(message) as Message;
    const { messageName, causationId } = copy;
    const age = ttlMs === undefined ? 0 : ageOf(copy);
    if (!(age <= (ttlMs ?? 0))) {
      throw invalid(`"${messageName}" is too old.`, age > 0 ? "timeout" : "validation");
    }
    const issues: Issue[] = [];
    const validator = known.get(messageName);
    if (validator) {
      const output = runValidator(validator, copy, issues);
      if (output !== copy) copy = snapshot(output) as Message;
    }
    // Keys beyond the envelope are a validator's own affair.
    if (!issues.length && !isWhole(validator)) checkEnvelope(copy, issues, !validator);
    if (issues.length) {
      throw invalid(`"${messageName}" is not valid: ${listOf(issues)}.`, "validation", issues);
    }
    if (!validator && !allowUnregistered && !(causationId && known.has(questionOf(messageName)))) {
      throw invalid(`"${messageName}" has no validator; see allowUnregisteredMessageNames.`);
    }
    return copy;
  };
}

/** One of this package's message schemas, extended at most, has checked the envelope too. */
function isWhole(validator: unknown): boolean {
  const { "~check": own, versions } = (validator ?? {}) as Partial<ObjectSchema<Message>>;
  return !!own && !!versions;
}

/** How many milliseconds ago a message was made; NaN where nobody can tell. */
export function ageOf({ occurredAtUtc }: Message): number {
  return Date.now() - Date.parse(occurredAtUtc);
}

/** What is wrong, and where, in one line. */
export function listOf(issues: readonly Issue[]): string {
  return issues
    .map(({ path, message }) => `${path.map(String).join(".")} ${message}`.trim())
    .join("; ");
}

export function invalid(
  message: string,
  code: ErrorCode = "validation",
  issues?: readonly Issue[],
): BusValidationError {
  return new BusValidationError(code, message, issues);
}
