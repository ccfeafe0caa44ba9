// Bundles one entry with esbuild, in memory; names and describes built files. Writes nothing.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Hex digits of a content hash that go into a file name: 80 bits, no collision by accident. */
const HASH_DIGITS = 20;

/**
 * Bytes after gzip. The browser half must stay small: every page with a fragment loads it (3,584
 * and not 3,072 since islands come alive while the page still comes, in any order). The
 * inspector is loaded in development only, but there with each page.
 */
export const budgets = { browser: 3584, inspector: 18432 };

/** The entry of the browser half. */
export const browserEntry = join(root, "tiny_client", "browser", "src", "index.ts");

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  minify: true,
  target: "es2022",
  charset: "utf8",
  // The licences of the frameworks ask that their notices travel with the code.
  legalComments: "eof",
  logLevel: "silent",
  define: { "process.env.NODE_ENV": '"production"' },
};

/** @returns {Promise<Buffer>} the entry and all it imports as one script */
async function bundle(entry, options) {
  if (!existsSync(entry)) {
    throw new Error(`${relative(root, entry)} is missing: it is the entry of a script to build.`);
  }
  const define = { ...common.define, ...options.define };
  const result = await build({ ...common, ...options, define, entryPoints: [entry] });
  return Buffer.from(result.outputFiles[0].contents);
}

/** The browser half: an ES module, so that it runs after the page is parsed. */
export const bundleModule = (entry) => bundle(entry, { format: "esm", platform: "browser" });

/** A classic script that leaves nothing on the window but what it puts there itself. */
export const bundleScript = (entry) => bundle(entry, { format: "iife", platform: "browser" });

/** @returns {Promise<string[]>} the folders in runtimes/ that hold a runtime, by name */
export async function findRuntimes() {
  const folders = await readdir(join(root, "runtimes"));
  return folders
    .filter((folder) => existsSync(join(root, "runtimes", folder, "tiny.json")))
    .sort()
    .map((folder) => join(root, "runtimes", folder));
}

/**
 * Both halves of the runtime in `folder`, and what its tiny.json says. A build.mjs in the folder
 * may export `browser` and `server`: esbuild options that this framework needs.
 */
export async function bundleRuntime(folder) {
  const description = JSON.parse(await readFile(join(folder, "tiny.json"), "utf8"));
  const own = join(folder, "build.mjs");
  const special = existsSync(own) ? await import(pathToFileURL(own).href) : {};
  const exported = { format: "iife", globalName: `tinyFrontendExports.${description.name}` };
  const [browser, server] = await Promise.all([
    bundle(join(folder, "browser.ts"), { ...exported, platform: "browser", ...special.browser }),
    // "neutral": whatever asks for a module of Node or for a browser's build fails here, not later
    // in the engine's bare V8.
    bundle(join(folder, "server.ts"), {
      ...exported,
      platform: "neutral",
      mainFields: ["module", "main"],
      ...special.server,
    }),
  ]);
  return { folder: basename(folder), description, browser, server };
}

export const contentHash = (bytes) =>
  createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS);

/** The value of an integrity attribute: https://www.w3.org/TR/SRI/ */
export const integrity = (bytes) =>
  `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

/** Sizes in bytes: as it is, and as a server sends it. */
export const sizes = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes).length,
});
