import assert from "node:assert/strict";
import { access, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { node, pack, root, specifiers } from "./packed.fixture.ts";
import type { Packed } from "./packed.fixture.ts";

/** Bytes, minified and gzipped, of what a fragment takes from an adapter, without its framework. */
const ADAPTER_BUDGET = 1_280;

let packed: Packed;
before(async () => {
  packed = await pack();
});
after(() => packed.remove());

describe("the tarball", () => {
  test("contains modules, their types, the command, README and LICENSE, and nothing else", () => {
    const expected = /^(dist\/.+(\.js|\.d\.ts)|bin\/.+\.mjs|README\.md|LICENSE|package\.json)$/;
    assert.deepEqual(
      packed.files.filter((file) => !expected.test(file) || /\.(test|fixture)\./.test(file)),
      [],
    );
    for (const file of ["README.md", "LICENSE", "dist/event-bus.min.js", "dist/page.js"]) {
      assert.ok(packed.files.includes(file), `${file} is missing`);
    }
  });

  test("contains whatever its exports and its commands name", () => {
    const { exports, bin } = packed.manifest;
    const named = Object.values(exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : [entry.types, entry.default],
    );
    for (const path of [...named, ...Object.values(bin)]) {
      const file = path.replace(/^\.\//, "");
      assert.ok(packed.files.includes(file), `${file} is missing`);
    }
  });

  test("says nothing of where it was built, and names no source file", async () => {
    for (const file of packed.files.filter((name) => name.startsWith("dist/"))) {
      const text = await readFile(join(packed.installed, file), "utf8");
      assert.ok(!text.includes(root), `${file} names ${root}`);
      assert.doesNotMatch(text, /(from |import\()"\.[^"]*\.ts"/, file);
    }
  });

  test("leaves no copy of the LICENSE beside the sources", async () => {
    await assert.rejects(access(join(packed.source, "LICENSE")));
  });

  test("has a command that can be run", async () => {
    for (const path of Object.values(packed.manifest.bin)) {
      const file = join(packed.installed, path);
      assert.match(await readFile(file, "utf8"), /^#!\/usr\/bin\/env node\n/);
      assert.ok((await stat(file)).mode & 0o100, `${path} is not executable`);
      const { status, output } = await node([file, "--help"], packed.project);
      assert.equal(status, 0, output);
    }
  });
});

describe("the manifest", () => {
  test("has no dependency, and every framework as an optional peer", () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = packed.manifest;
    assert.equal(dependencies, undefined);
    const optional = Object.entries(peerDependenciesMeta).filter(([, { optional }]) => optional);
    assert.deepEqual(optional.map(([name]) => name), Object.keys(peerDependencies));
  });

  test("lists the subpaths that are documented", () => {
    const subpaths = specifiers(packed.manifest).map((name) => name.split("/")[2] ?? ".");
    assert.deepEqual(
      subpaths,
      [".", "core", "react", "vue", "svelte", "angular", "inspector", "contracts", "min"],
    );
  });
});

describe("the checkers", () => {
  test("publint finds nothing", async () => {
    const tarball = new Uint8Array(await readFile(packed.tarball)).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(messages.map((message) => formatMessage(message, packed.manifest)), []);
  });

  test("attw finds nothing for users of modules", async () => {
    const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    const { status, output } = await node(
      [attw, packed.tarball, "--profile", "esm-only", "--format", "ascii", "--no-color"],
      packed.project,
    );
    assert.equal(status, 0, output);
  });
});

describe(`what a fragment takes from an adapter, within ${ADAPTER_BUDGET} bytes`, () => {
  const frameworks = ["react", "vue", "svelte", "@angular/core", "rxjs"];
  for (const [adapter, names] of Object.entries({
    react: "BusContext, useBus, usePublish, useStore, useStoreValue, useSubscribe",
    vue: "useBus, usePublish, useStore, useSubscribe",
    svelte: "setBus, getBus, useSubscribe",
    angular: "injectBus, injectSubscribe, storeSignal",
  })) {
    test(`is ${adapter} without the bus`, async () => {
      const specifier = `${packed.manifest.name}/${adapter}`;
      const { outputFiles } = await build({
        stdin: {
          contents: `export { ${names} } from "${specifier}";`,
          resolveDir: packed.project,
        },
        bundle: true,
        minify: true,
        format: "esm",
        target: "es2022",
        external: frameworks,
        write: false,
      });
      const size = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).byteLength;
      assert.ok(size <= ADAPTER_BUDGET, `${adapter} has ${size} bytes`);
    });
  }
});
