// Bundles app.mjs: node bundle.mjs <registry URL> <file to write>
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const [registry, outfile] = process.argv.slice(2);
await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  entryPoints: ["app.mjs"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  define: {
    TINY_API_ENDPOINT: JSON.stringify(registry),
    "process.env.NODE_ENV": '"production"',
  },
  outfile,
});
