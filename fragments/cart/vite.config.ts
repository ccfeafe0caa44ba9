/** Builds the fragment as one UMD script and one stylesheet, named by tiny.json. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import tiny from "./tiny.json" with { type: "json" };

/** Modules that the page's runtime provides, so that this bundle does not carry them. */
const shared = ["react", "react/jsx-runtime"];

export default defineConfig(({ command }) => ({
  plugins: [react()],
  // Library builds leave this expression as it is, and a browser has no `process`.
  define: command === "build" ? { "process.env.NODE_ENV": JSON.stringify("production") } : {},
  css: {
    // Readable class names that cannot meet another fragment's: `cart-line`, `cart-total`.
    modules: { generateScopedName: `${tiny.name.toLowerCase()}-[local]` },
  },
  build: {
    // These know light-dark(), which the stylesheet uses; for older ones it would be rewritten so
    // that it no longer follows the page's theme.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: {
      entry: "src/index.ts",
      formats: ["umd"],
      name: `tinyFrontendExports.${tiny.name}`,
      fileName: () => `${tiny.name}.umd.js`,
      cssFileName: tiny.name,
    },
    rolldownOptions: {
      external: shared,
      output: {
        globals: Object.fromEntries(shared.map((id) => [id, `tinyFrontendDeps.${id}`])),
      },
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.{ts,tsx}"] },
}));
