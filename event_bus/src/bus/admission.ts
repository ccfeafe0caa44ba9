/** What stands between a publisher and the queue: copy, validate, freeze. */

import { BusValidationError } from "../errors.ts";
import type { Issue } from "../errors.ts";
import { checkEnvelope } from "../envelope/messages.ts";
import { snapshot } from "../envelope/snapshot.ts";
import type { Message } from "../envelope/types.ts";
import { isValidator, runValidator } from "../envelope/validator.ts";
import type { Validator } from "../envelope/validator.ts";

/** Returns the message to deliver; throws BusValidationError. */
export type Admission = (message: unknown) => Message;

/** Throws BusValidationError where a validator is none. */
export function createAdmission(
  validators: Readonly<Record<string, Validator>>,
  allowUnregistered: boolean,
): Admission {
  const byName = new Map<unknown, Validator>();
  for (const [name, validator] of Object.entries(validators)) {
    if (!isValidator(validator)) {
      throw new BusValidationError(
        "validation",
        `validators["${name}"] has neither safeParse nor ~standard.validate. Pass a schema.`,
      );
    }
    byName.set(name, validator);
  }

  return (message) => {
    // The copy comes first: what is validated is then what is delivered, whatever a getter or the
    // publisher does to the original.
    const copy = copyOf(message);
    const validator = byName.get(copy.messageName);
    const issues: Issue[] = [];
    if (validator === undefined) {
      checkEnvelope(copy, issues, true);
      if (issues.length > 0) throw invalid(copy, issues);
      if (!allowUnregistered) throw unregistered(copy);
      return copy;
    }
    const output = runValidator(validator, copy, issues);
    if (issues.length > 0) throw invalid(copy, issues);
    const result = output === copy ? copy : copyOf(output);
    // Keys beyond the envelope are this validator's own affair.
    checkEnvelope(result, issues, false);
    if (issues.length > 0) throw invalid(result, issues);
    return result;
  };
}

function copyOf(message: unknown): Message {
  if (typeof message === "object" && message !== null) return snapshot(message) as Message;
  throw new BusValidationError("validation", `A message must be an object, not ${typeof message}.`);
}

function invalid({ messageName }: Message, issues: readonly Issue[]): BusValidationError {
  const list = issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`.trim());
  return new BusValidationError(
    "validation",
    `The message ${JSON.stringify(messageName)} is not valid: ${list.join("; ")}.`,
    issues,
  );
}

function unregistered({ messageName }: Message): BusValidationError {
  return new BusValidationError(
    "validation",
    `The message "${messageName}" has no validator. Add it to the bus's validators, or set ` +
      "allowUnregisteredMessageNames.",
  );
}
