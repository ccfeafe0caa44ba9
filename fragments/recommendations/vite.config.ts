/** Builds the fragment as one UMD script and one stylesheet, named by tiny.json. */
import { defineConfig } from "vitest/config";
import tiny from "./tiny.json" with { type: "json" };

export default defineConfig({
  build: {
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
