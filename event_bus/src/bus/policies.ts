/** Policies: what refuses a message by throwing. */

import { BusPolicyError } from "../errors.ts";
import type { Policy } from "./types.ts";

/** Refuses messages of sensitivity `restricted`. Throws BusPolicyError. */
export const defaultSensitivityPolicy: Policy = ({ messageName, sensitivity }) => {
  if (sensitivity === "restricted") throw new BusPolicyError(`"${messageName}" is restricted.`);
};

/** A policy that asks each of these in turn. */
export function composePolicies(...policies: readonly Policy[]): Policy {
  return (message) => policies.forEach((policy) => policy(message));
}
