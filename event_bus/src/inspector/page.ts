/**
 * The script that the host serves into a page in development: it attaches the inspector.
 *
 * The page's bus script leaves the bus in `window.__TINY_BUS_DEV__`, now or before it sends
 * `mfe-bridge-ready`.
 */

import { TAG } from "./element.ts";
import { attachInspector } from "./index.ts";
import type { InspectorSource } from "./index.ts";

function attach(): boolean {
  const source = (window as { __TINY_BUS_DEV__?: InspectorSource }).__TINY_BUS_DEV__;
  if (source === undefined || document.querySelector(TAG) !== null) return source !== undefined;
  attachInspector(source);
  return true;
}

if (!attach()) addEventListener("mfe-bridge-ready", () => attach(), { once: true });
