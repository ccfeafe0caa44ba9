#!/usr/bin/env node
/** Writes the snapshot of a module's message contracts, and checks that a committed one holds. */

import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const USAGE = `Usage: tiny-bus-contracts write MODULE SNAPSHOT [--export NAME] [--remove MESSAGE]...
       tiny-bus-contracts check MODULE SNAPSHOT [--export NAME] [--json]

MODULE     exports what defineContracts returns, as "contracts" or as its default
SNAPSHOT   the JSON file that is committed

write  puts the contracts into the snapshot, unless they break it
check  fails where the snapshot is not what the contracts say: for CI

A change that breaks a message needs a new version of it. Without one, a message may get optional
properties and annotations only.

  --export NAME     take this export of MODULE
  --remove MESSAGE  let this message go; more than once for more
  --json            print the differences as JSON
  --help            print this

Exit status: 0 done, or the same; 1 different, broken, or not readable; 2 wrong usage.

Example:
  npx tiny-bus-contracts write src/contracts.ts contracts.json && git add contracts.json
  npx tiny-bus-contracts check src/contracts.ts contracts.json
`;

class UsageError extends Error {}

/** The sources inside the repository, the built files in an installed package. */
function loadTooling() {
  const source = new URL("../src/contracts/index.ts", import.meta.url);
  const built = new URL("../dist/contracts/index.js", import.meta.url);
  // Node runs no TypeScript below node_modules.
  const installed = import.meta.url.includes("/node_modules/") || !existsSync(source);
  return import((installed ? built : source).href);
}

function readArguments(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        export: { type: "string" },
        remove: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  const [command, module, snapshot, ...more] = positionals;
  if (command !== "write" && command !== "check") {
    throw new UsageError(command ? `there is no command "${command}"` : "write or check?");
  }
  if (!module || !snapshot || more.length > 0) {
    throw new UsageError(`${command} needs MODULE and SNAPSHOT, and no more`);
  }
  if (command === "check" && values.remove.length > 0) {
    throw new UsageError("--remove is for write: check compares with what was written");
  }
  return { ...values, command, module, snapshot };
}

async function readContracts(file, name) {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`there is no file ${file}`);
  const exports = await import(pathToFileURL(path).href);
  const found = name === undefined ? (exports.contracts ?? exports.default) : exports[name];
  if (typeof found?.definitions !== "object") {
    const looked = name === undefined ? '"contracts" or "default"' : `"${name}"`;
    throw new Error(`${file} has no contracts as ${looked}; export what defineContracts returns`);
  }
  return found;
}

function readSnapshot(file, format) {
  if (!existsSync(file)) return undefined;
  let snapshot;
  try {
    snapshot = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error.message}`);
  }
  if (snapshot?.format !== format || typeof snapshot.messages !== "object") {
    throw new Error(`${file} is no snapshot of format ${format}; write it anew`);
  }
  return snapshot;
}

function print(differences, json) {
  if (json) {
    console.log(JSON.stringify(differences, null, 2));
    return;
  }
  for (const { message, pointer, text, breaking } of differences) {
    const place = pointer === "" ? message : `${message} ${pointer}`;
    console.log(`${breaking ? "BREAKING" : "change  "}  ${place}: ${text}`);
  }
}

async function main(args) {
  const options = readArguments(args);
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const { command, module, snapshot: file, json } = options;
  const { SNAPSHOT_FORMAT, compareSnapshots, snapshotText, toSnapshot } = await loadTooling();
  const after = toSnapshot(await readContracts(module, options.export));
  const before = readSnapshot(file, SNAPSHOT_FORMAT);
  const text = snapshotText(after);
  const rewrite = `tiny-bus-contracts write ${module} ${file}`;

  if (before === undefined) {
    if (command === "check") throw new Error(`there is no file ${file}; run ${rewrite}`);
    writeFileSync(file, text);
    return 0;
  }
  const differences = compareSnapshots(before, after, options.remove);
  const breaks = differences.some(({ breaking }) => breaking);
  print(differences, json);
  if (command === "write") {
    if (breaks) console.error(`${file} is left as it was.`);
    else writeFileSync(file, text);
    return breaks ? 1 : 0;
  }
  if (readFileSync(file, "utf8") === text) return 0;
  if (!breaks) console.error(`${file} is out of date: run ${rewrite} and commit it.`);
  return 1;
}

export async function run(args) {
  try {
    return await main(args);
  } catch (error) {
    console.error(`tiny-bus-contracts: ${error.message}`);
    if (error instanceof UsageError) console.error(`\n${USAGE}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

const entry = process.argv[1];
if (entry !== undefined && realpathSync(entry) === fileURLToPath(import.meta.url)) {
  process.exitCode = await run(process.argv.slice(2));
}
