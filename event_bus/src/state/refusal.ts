/** Why a change of the state is not taken. */

import { BusValidationError } from "../errors.ts";
import type { Issue } from "../errors.ts";

export const refusal = (message: string, issues?: readonly Issue[]): BusValidationError =>
  new BusValidationError("validation", message, issues);
