// Builds one small fragment with each bundler in each shape: node bundle_shapes.mjs <folder>.
// Writes <shape>-<default|named>-<external|alone>.js; each renders <p>Hello {name}</p>.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import esbuild from "esbuild";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import webpack from "webpack";

const out = process.argv[2];
mkdirSync(out, { recursive: true });

const NAME = "tinyFrontendExports.Shape";
const EXTERNAL = ["react", "react/jsx-runtime"];
const GLOBALS = {
  react: "tinyFrontendDeps.react",
  "react/jsx-runtime": "tinyFrontendDeps.react/jsx-runtime",
};
// What only looks like a require() must not be taken for one.
const HELLO = {
  external: `import { Fragment } from "react";
import { jsx } from "react/jsx-runtime";
// require("in-a-comment")
const quote = /["'\`]/g;
const note = (text) => text.replace(quote, "") && 'call require("in-a-string") yourself';
const hello = (props) =>
  jsx(props.name ? "p" : Fragment, { children: "Hello " + (props.name || note("")) });`,
  alone: `const hello = (props) => "<p>Hello " + (props.name || 'require("in-a-string")') + "</p>";`,
};
const EXPORTS = {
  default: "export default hello;",
  named: "export const Hello = hello, other = 1;",
};
const SHAPES = {
  "rollup umd": (entry, file) => withRollup(entry, file, { format: "umd" }),
  "rollup umd, named define": (entry, file) =>
    withRollup(entry, file, { format: "umd", amd: { id: "Shape" } }),
  "rollup amd": (entry, file) => withRollup(entry, file, { format: "amd" }),
  "rollup cjs": (entry, file) => withRollup(entry, file, { format: "cjs" }),
  "vite umd": (entry, file) => withVite(entry, file, true),
  "vite umd, not minified": (entry, file) => withVite(entry, file, false),
  "esbuild iife": (entry, file) => withEsbuild(entry, file, { format: "iife", globalName: NAME }),
  "esbuild iife, not minified": (entry, file) =>
    withEsbuild(entry, file, { format: "iife", globalName: NAME, minify: false }),
  "esbuild cjs": (entry, file) => withEsbuild(entry, file, { format: "cjs" }),
  "webpack production": (entry, file) => withWebpack(entry, file, "production"),
  "webpack development": (entry, file) => withWebpack(entry, file, "development"),
};

for (const [externals, source] of Object.entries(HELLO)) {
  for (const [exports, line] of Object.entries(EXPORTS)) {
    const entry = join(out, `entry-${exports}-${externals}.mjs`);
    writeFileSync(entry, `${source}\n${line}\n`);
    for (const [shape, build] of Object.entries(SHAPES)) {
      await build(entry, join(out, `${shape}-${exports}-${externals}.js`));
    }
  }
}

async function withRollup(input, file, options) {
  const bundle = await rollup({ input, external: EXTERNAL });
  await bundle.write({ file, name: NAME, globals: GLOBALS, ...options });
}

async function withVite(entry, file, minify) {
  await viteBuild({
    configFile: false,
    logLevel: "error",
    build: {
      outDir: out,
      emptyOutDir: false,
      minify,
      lib: { entry, name: NAME, formats: ["umd"], fileName: () => basename(file) },
      rollupOptions: { external: EXTERNAL, output: { globals: GLOBALS } },
    },
  });
}

async function withEsbuild(entry, outfile, options) {
  await esbuild.build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    external: EXTERNAL,
    ...options,
  });
}

function withWebpack(entry, file, mode) {
  const config = {
    entry,
    mode,
    devtool: false,
    externals: Object.fromEntries(EXTERNAL.map((module) => [module, module])),
    output: {
      path: out,
      filename: basename(file),
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
