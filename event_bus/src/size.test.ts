import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

/**
 * Bytes, minified and gzipped, of an entry with all that it imports. What the parts cost, and what
 * they replace: docs/decisions/0011-bus-size.md.
 */
const BUDGETS = { "core.ts": 8_064, "page.ts": 12_288, "index.ts": 17_472 };

function gzippedSize(file: string): number {
  const [output] = buildSync({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  }).outputFiles;
  return gzipSync(output?.contents ?? "", { level: 9 }).byteLength;
}

describe("minified and gzipped", () => {
  for (const [file, budget] of Object.entries(BUDGETS)) {
    test(`${file} stays within ${budget} bytes`, () => {
      const size = gzippedSize(file);
      assert.ok(size <= budget, `${file} has ${size} bytes`);
    });
  }
});
