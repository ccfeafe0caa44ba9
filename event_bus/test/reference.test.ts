import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { busReference } from "../../scripts/bus_reference.mjs";

test("the reference says what the types and their comments say", async () => {
  const page = new URL("../../docs/reference/bus.md", import.meta.url);
  const committed = await readFile(page, "utf8");
  assert.ok(committed === (await busReference()), "docs/reference/bus.md is old: npm run docs");
});
