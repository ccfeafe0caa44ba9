// Bundles the measured code into the folder that is named: with it, node and Chromium run the same.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2];

await build({
  absWorkingDir: here,
  entryPoints: ["node.ts", "page.ts", "frame.ts"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: folder,
  outExtension: { ".js": ".mjs" },
});
for (const name of ["page", "frame"]) {
  const script = `<script type="module" src="${name}.mjs"></script>`;
  await writeFile(join(folder, `${name}.html`), `<!doctype html><title>${name}</title>${script}`);
}
