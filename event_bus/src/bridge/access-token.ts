/** The token that a host gives to the fragments it trusts. */

import { randomHex } from "../envelope/random.ts";

/** 128 random bits as 32 hex digits. */
export function generateAccessToken(): string {
  return randomHex(16);
}
