import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

/** Bytes, minified and gzipped. */
const BUDGET = 5 * 1024;

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

describe(`within ${BUDGET} bytes, minified and gzipped`, () => {
  for (const file of ["index.ts", "page.ts"]) {
    test(`stays ${file} with all that it imports`, () => {
      const size = gzippedSize(file);
      assert.ok(size <= BUDGET, `${file} has ${size} bytes`);
    });
  }
});
