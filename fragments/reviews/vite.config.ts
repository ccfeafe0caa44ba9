/** Builds the fragment as one UMD script and one stylesheet, named by tiny.json. */
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import tiny from "./tiny.json" with { type: "json" };

export default defineConfig(({ command }) => ({
  plugins: [vue()],
  // Library builds leave this expression as it is, and a browser has no `process`.
  define: command === "build" ? { "process.env.NODE_ENV": JSON.stringify("production") } : {},
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
      // The page's runtime provides Vue, so this bundle does not carry it.
      external: ["vue"],
      output: { globals: { vue: "tinyFrontendDeps.vue" } },
    },
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"] },
}));
