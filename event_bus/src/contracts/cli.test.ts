import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/tiny-bus-contracts.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tiny-bus-contracts-"));
after(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
let modules = 0;

/** A module that exports contracts with these messages; only their definitions are read. */
function moduleOf(definitions: object, as = "contracts"): string {
  const name = `contracts-${(modules += 1)}.mjs`;
  const value = JSON.stringify({ definitions });
  writeFileSync(inFolder(name), `export ${as === "default" ? as : `const ${as} =`} ${value};`);
  return name;
}

function run(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
}

const sku = { type: "object", properties: { sku: { type: "string" } }, required: ["sku"] };
const first = { "cart:item-added": { kind: "event", version: 1, payload: sku } };
const withNote = { ...sku, properties: { ...sku.properties, note: { type: "string" } } };
const grown = { "cart:item-added": { kind: "event", version: 1, payload: withNote } };
const broken = {
  "cart:item-added": { kind: "event", version: 1, payload: { ...sku, required: [] } },
};

/** A fresh snapshot of `first`. */
function committed(name: string): string {
  assert.equal(run("write", moduleOf(first), name).status, 0);
  return name;
}

describe("tiny-bus-contracts", () => {
  test("writes a snapshot, and finds it to be the same", () => {
    const module = moduleOf(first);
    assert.deepEqual(run("write", module, "new.json"), { status: 0, out: "", err: "" });
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(inFolder("new.json"), "utf8"))), [
      "$schema",
      "format",
      "messages",
    ]);
    assert.deepEqual(run("check", module, "new.json"), { status: 0, out: "", err: "" });
  });

  test("fails a check where the snapshot is out of date, until it is written", () => {
    const [snapshot, module] = [committed("late.json"), moduleOf(grown)];
    const { status, out, err } = run("check", module, snapshot);
    assert.equal(status, 1);
    assert.equal(out, "change    cart:item-added /payload/properties/note: is new\n");
    assert.match(err, /late\.json is out of date: run tiny-bus-contracts write .* and commit it/);
    assert.equal(run("write", module, snapshot).status, 0);
    assert.equal(run("check", module, snapshot).status, 0);
  });

  test("fails check and write where a message is broken, and leaves the file as it was", () => {
    const [snapshot, module] = [committed("broken.json"), moduleOf(broken)];
    const was = readFileSync(inFolder(snapshot), "utf8");
    const line =
      'BREAKING  cart:item-added /payload/required: "sku" is no longer required; ' +
      "raise its version to 2\n";
    for (const command of ["check", "write"]) {
      const { status, out } = run(command, module, snapshot);
      assert.deepEqual([status, out], [1, line]);
    }
    assert.equal(readFileSync(inFolder(snapshot), "utf8"), was);
    const raised = { "cart:item-added": { ...broken["cart:item-added"], version: 2 } };
    assert.equal(run("write", moduleOf(raised), snapshot).status, 0);
  });

  test("lets a message go only where it is named", () => {
    const [snapshot, module] = [committed("removed.json"), moduleOf({})];
    assert.match(run("write", module, snapshot).out, /write with --remove cart:item-added/);
    assert.equal(run("write", module, snapshot, "--remove", "cart:item-added").status, 0);
    assert.equal(run("check", module, snapshot).status, 0);
  });

  test("prints differences as JSON", () => {
    const { out } = run("check", moduleOf(broken), committed("json.json"), "--json");
    assert.deepEqual(JSON.parse(out), [
      {
        message: "cart:item-added",
        pointer: "/payload/required",
        text: '"sku" is no longer required; raise its version to 2',
        breaking: true,
      },
    ]);
  });

  test("takes the default export, or the one that is named", () => {
    for (const name of ["default", "shop"]) {
      const given = name === "default" ? [] : ["--export", name];
      assert.equal(run("write", moduleOf(first, name), `${name}.json`, ...given).status, 0);
    }
    const { status, err } = run("write", moduleOf(first, "shop"), "none.json");
    assert.equal(status, 1);
    assert.match(err, /has no contracts as "contracts" or "default"; export what/);
    assert.equal(existsSync(inFolder("none.json")), false);
  });

  test("reads a TypeScript module that calls defineContracts", () => {
    const source = JSON.stringify(new URL("./index.ts", import.meta.url).href);
    writeFileSync(
      inFolder("contracts.ts"),
      `import { defineContracts } from ${source};
       export const contracts = defineContracts({
         "cart:open": { kind: "command", version: 1 as number, payload: {} },
       });`,
    );
    assert.deepEqual(run("write", "contracts.ts", "ts.json"), { status: 0, out: "", err: "" });
  });

  test("says what it cannot read", () => {
    const module = moduleOf(first);
    writeFileSync(inFolder("other.json"), '{"format": 9, "messages": {}}');
    writeFileSync(inFolder("text.json"), "no JSON");
    for (const [args, expected] of [
      [["check", module, "absent.json"], /there is no file absent\.json; run tiny-bus-contracts/],
      [["check", "absent.mjs", "x.json"], /there is no file absent\.mjs/],
      [["write", module, "other.json"], /other\.json is no snapshot of format 1/],
      [["check", module, "text.json"], /text\.json is not JSON/],
    ] as const) {
      const { status, err } = run(...args);
      assert.equal(status, 1);
      assert.match(err, expected);
    }
  });

  test("explains itself, and how it is used where it is used otherwise", () => {
    const { status, out } = run("--help");
    assert.equal(status, 0);
    assert.match(out, /Example:\n {2}npx tiny-bus-contracts write/);
    for (const args of [
      [],
      ["publish", "a", "b"],
      ["check", "a"],
      ["write", "a", "b", "c"],
      ["check", "a", "b", "--force"],
      ["check", "a", "b", "--remove", "c"],
    ]) {
      const { status: wrong, err } = run(...args);
      assert.equal(wrong, 2, args.join(" "));
      assert.match(err, /^tiny-bus-contracts: .+\n\nUsage: /);
    }
  });
});
