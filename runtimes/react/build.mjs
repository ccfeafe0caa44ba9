// What esbuild must know about React, over what scripts/build.mjs gives every runtime.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const reactDom = dirname(createRequire(import.meta.url).resolve("react-dom/package.json"));

/**
 * The plain CommonJS renderer. The public entry adds one that streams, and with it a need for
 * MessageChannel and TextEncoder, which the engine's bare V8 does not have.
 */
export const server = {
  alias: {
    "react-dom/server": join(reactDom, "cjs", "react-dom-server-legacy.browser.production.js"),
  },
};
