/** The formats that a JSON Schema may name; `tiny_client/contracts.py` holds the same ones. */

import type { JsonFormat } from "./types.ts";

// ISO 8601 as RFC 3339 narrows it, save that seconds may be left out. Days are checked against
// their month here, because Date.parse turns 30 February into 2 March.
const DATE_TIME = new RegExp(
  "^\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)" +
    "|02-(?:0[1-9]|[12]\\d))T(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d+)?)?" +
    "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)$",
);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
// A scheme, and after it what RFC 3986 allows or its international form adds.
const URI = /^[a-z][a-z\d+.-]*:[^\0- "<>\\^`{|}]+$/i;

type Test = (value: string) => boolean;

/**
 * Tests a text once where it comes again at once, as it mostly does: a message that begins a
 * conversation has one id twice, and many messages are of one millisecond.
 */
function once(test: Test): Test {
  let right: string | undefined;
  return (value) => value === right || (test(value) && ((right = value), true));
}

export const FORMATS: Readonly<Record<JsonFormat, Test>> = {
  uuid: once((value) => UUID.test(value)),
  uri: (value) => URI.test(value),
  "date-time": once((value) => {
    const day = value.slice(0, 10);
    return DATE_TIME.test(value) && (!day.endsWith("02-29") || new Date(day).getUTCDate() > 1);
  }),
};
