// Builds what the package publishes into dist/: `node build.mjs`, in this folder or by npm pack.
import { spawnSync } from "node:child_process";
import { copyFile, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));
const source = (name) => join(folder, "src", `${name}.ts`);
const dist = join(folder, "dist");
const license = join(folder, "LICENSE");

const modules = [
  "index",
  "core",
  "react/index",
  "vue/index",
  "svelte/index",
  "angular/index",
  "inspector/index",
  "contracts/index",
];

const options = {
  bundle: true,
  target: "es2022",
  platform: "neutral",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** To read and to be bundled again; what two modules share stands in a chunk, once. */
const buildModules = () =>
  build({
    ...options,
    entryPoints: Object.fromEntries(modules.map((name) => [name, source(name)])),
    outdir: dist,
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    packages: "external",
  });

/** For pages without a bundler: one module to import, and one script that makes bus and bridge. */
const buildFiles = () =>
  Promise.all(
    [
      { name: "index", outfile: join(dist, "event-bus.min.js"), format: "esm" },
      { name: "page", outfile: join(dist, "page.js"), format: "iife" },
    ].map(({ name, ...how }) =>
      build({ ...options, ...how, entryPoints: [source(name)], minify: true }),
    ),
  );

function buildTypes() {
  const require = createRequire(import.meta.url);
  const compiler = require.resolve("typescript/package.json");
  const { tsc } = require(compiler).bin;
  const { status } = spawnSync(
    process.execPath,
    [join(dirname(compiler), tsc), "-p", join(folder, "tsconfig.build.json")],
    { stdio: "inherit" },
  );
  if (status !== 0) throw new Error("The types were not built: see tsc above.");
}

/** tsc leaves the extension of the sources in the imports of declarations. */
async function nameDeclarationsByModule() {
  for (const file of await readdir(dist, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(dist, file);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

if (process.argv.includes("--remove-license")) {
  await rm(license, { force: true });
} else {
  await rm(dist, { recursive: true, force: true });
  await Promise.all([buildModules(), buildFiles()]);
  buildTypes();
  await nameDeclarationsByModule();
  // The repository has one LICENSE, at its root; npm packs the one beside package.json.
  if (process.argv.includes("--license")) await copyFile(join(folder, "..", "LICENSE"), license);
}
