/** Builds the fragment as one UMD script and one stylesheet, named by tiny.json. */
import { defineConfig } from "vitest/config";
import tiny from "./tiny.json" with { type: "json" };

export default defineConfig({
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
  },
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"] },
});
