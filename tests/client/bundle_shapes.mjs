// Builds one small fragment with each bundler in each shape: node bundle_shapes.mjs <folder>.
// Writes <bundler>-<exports>-<externals>[-named define].js; each says hello to props.name.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import esbuild from "esbuild";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import webpack from "webpack";

const out = process.argv[2];
mkdirSync(out, { recursive: true });

const NAME = "tinyFrontendExports.Shape";
const HELLO = {
  external: `import { createElement } from "react";
const hello = (props) => createElement("p", null, "Hello " + props.name);`,
  alone: `const hello = (props) => "<p>Hello " + props.name + "</p>";`,
};
const EXPORTS = { default: "export default hello;", named: "export const Hello = hello, other = 1;" };

for (const [externals, source] of Object.entries(HELLO)) {
  for (const [exports, line] of Object.entries(EXPORTS)) {
    const entry = join(out, `entry-${exports}-${externals}.mjs`);
    writeFileSync(entry, `${source}\n${line}\n`);
    const file = (bundler) => join(out, `${bundler}-${exports}-${externals}.js`);
    await withRollup(entry, file("rollup"), {});
    await withRollup(entry, file("rollup named define"), { amd: { id: "Shape" } });
    await withVite(entry, file("vite"));
    await withEsbuild(entry, file("esbuild iife"), "iife");
    await withEsbuild(entry, file("esbuild cjs"), "cjs");
    await withWebpack(entry, file("webpack"));
  }
}

async function withRollup(input, file, options) {
  const bundle = await rollup({ input, external: ["react"] });
  const globals = { react: "tinyFrontendDeps.react" };
  await bundle.write({ file, format: "umd", name: NAME, globals, ...options });
}

async function withVite(entry, file) {
  await viteBuild({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: out,
      emptyOutDir: false,
      lib: { entry, name: NAME, formats: ["umd"], fileName: () => file.slice(out.length + 1) },
      rollupOptions: {
        external: ["react"],
        output: { globals: { react: "tinyFrontendDeps.react" } },
      },
    },
  });
}

async function withEsbuild(entry, outfile, format) {
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    format,
    bundle: true,
    minify: true,
    external: ["react"],
    ...(format === "iife" ? { globalName: NAME } : {}),
  });
}

function withWebpack(entry, file) {
  const config = {
    entry,
    mode: "production",
    externals: { react: "react" },
    output: {
      path: out,
      filename: file.slice(out.length + 1),
      library: { name: ["tinyFrontendExports", "Shape"], type: "umd" },
    },
  };
  return new Promise((resolve, reject) => {
    webpack(config, (error, stats) => {
      if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString("errors-only")));
      else resolve();
    });
  });
}
