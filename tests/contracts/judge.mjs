// Judges values by the TypeScript schemas: a line of JSON in ({schema, value}), true or false out.
import { createInterface } from "node:readline";

import { jsonSchema } from "../../event_bus/src/schema/json-schema.ts";

for await (const line of createInterface({ input: process.stdin })) {
  const { schema, value } = JSON.parse(line);
  let verdict;
  try {
    verdict = jsonSchema(schema).safeParse(value).success;
  } catch (error) {
    verdict = String(error);
  }
  console.log(JSON.stringify(verdict));
}
