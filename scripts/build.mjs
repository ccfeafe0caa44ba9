// Builds everything that the host serves: `node scripts/build.mjs`. Says how big it all is.
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import {
  browserEntry,
  budgets,
  bundleModule,
  bundleRuntime,
  bundleScript,
  contentHash,
  findRuntimes,
  integrity,
  root,
  sizes,
} from "./bundle.mjs";

const built = join(root, "tiny_client", "_built");
const shop = join(root, "host_app", "browser", "shop.ts");
const shopBuilt = join(root, "host_app", "static", "built");

const report = [];

function measure(label, bytes) {
  const size = sizes(bytes);
  report.push({ label, ...size });
  const budget = budgets[label];
  if (budget !== undefined && size.gzip > budget) {
    throw new Error(
      `${label} is ${size.gzip} bytes minified and gzipped; its budget is ${budget} ` +
        "(budgets in scripts/bundle.mjs).",
    );
  }
}

/** Whole or not at all: a host that is running may be reading the folder. */
async function writeWhole(path, content) {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, content);
  await rename(part, path);
}

const writeJson = (path, value) => writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);

async function removeOthers(folder, keep) {
  for (const file of await readdir(folder)) {
    if (!keep.has(file) && !file.endsWith(".part")) await rm(join(folder, file), { force: true });
  }
}

function hashedScript(label, bytes) {
  measure(label, bytes);
  return { file: `${label}-${contentHash(bytes)}.js`, integrity: integrity(bytes) };
}

/** The config that a registry would answer, had this runtime been deployed to it. */
function runtimeConfig({ description, browser, server }) {
  const { name, contractVersion, metadata } = description;
  const umdBundle = `${name}.umd.${contentHash(browser)}.js`;
  const serverBundle = `${name}.server.${contentHash(server)}.js`;
  return {
    umdBundle,
    serverBundle,
    name,
    release: contentHash(umdBundle + serverBundle),
    contractVersion,
    integrity: { [umdBundle]: integrity(browser), [serverBundle]: integrity(server) },
    ...metadata,
  };
}

async function buildClient() {
  const assets = new Map();
  const browser = await bundleModule(browserEntry);
  const bus = await bundleScript(join(root, "event_bus", "src", "page.ts"));
  const inspector = await bundleModule(join(root, "event_bus", "src", "inspector", "page.ts"));
  const manifest = {
    browser: hashedScript("browser", browser),
    bus: hashedScript("bus", bus),
    inspector: hashedScript("inspector", inspector),
    runtimes: {},
  };
  assets
    .set(manifest.browser.file, browser)
    .set(manifest.bus.file, bus)
    .set(manifest.inspector.file, inspector);

  for (const folder of await findRuntimes()) {
    const runtime = await bundleRuntime(folder);
    const config = runtimeConfig(runtime);
    manifest.runtimes[`${config.name}@${config.contractVersion}`] = config;
    assets.set(config.umdBundle, runtime.browser).set(config.serverBundle, runtime.server);
    measure(`${config.name}, browser`, runtime.browser);
    measure(`${config.name}, server`, runtime.server);
    await writeWhole(join(folder, "dist", "browser.js"), runtime.browser);
    await writeWhole(join(folder, "dist", "server.js"), runtime.server);
  }

  const folder = join(built, "assets");
  for (const [file, bytes] of assets) await writeWhole(join(folder, file), bytes);
  await writeJson(join(built, "manifest.json"), manifest);
  await removeOthers(folder, new Set(assets.keys()));
}

async function buildShop() {
  const bytes = await bundleScript(shop);
  const manifest = { shop: hashedScript("shop", bytes) };
  await writeWhole(join(shopBuilt, manifest.shop.file), bytes);
  await writeJson(join(shopBuilt, "manifest.json"), manifest);
  await removeOthers(shopBuilt, new Set([manifest.shop.file, "manifest.json"]));
}

try {
  await buildClient();
  // A copy of the client alone has no example host to build for.
  if (existsSync(shop)) await buildShop();
  console.log("bytes".padEnd(20), "minified".padStart(9), "gzip".padStart(7), "brotli".padStart(7));
  for (const { label, raw, gzip, brotli } of report) {
    console.log(
      label.padEnd(20),
      String(raw).padStart(9),
      String(gzip).padStart(7),
      String(brotli).padStart(7),
    );
  }
  console.log(`Built ${relative(process.cwd(), built) || "."}`);
} catch (error) {
  console.error(`Build failed: ${error.message}`);
  process.exitCode = 1;
}
