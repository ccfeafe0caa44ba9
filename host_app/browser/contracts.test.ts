import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { snapshotText, toSnapshot } from "../../event_bus/src/contracts/index.ts";
import { contracts } from "./contracts.ts";

test("the committed snapshot says what the contracts say", async () => {
  const committed = await readFile(new URL("../contracts.json", import.meta.url), "utf8");
  assert.equal(snapshotText(toSnapshot(contracts)), committed);
});
