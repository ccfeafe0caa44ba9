/**
 * The script that the host serves into a page: it makes the page's bus and its bridge.
 *
 * Built into one classic script, whose tag names the application: `data-app-id`. It sends the DOM
 * event `mfe-bridge-ready` on window, for code that ran earlier. A page that has a bridge keeps it.
 */

import { createHostBridge } from "./bridge/create-host-bridge.ts";
import { isValidMfeBridgeHandle, readSlot } from "./bridge/window-slot.ts";
import { createBus } from "./bus/create-bus.ts";

if (!isValidMfeBridgeHandle(readSlot())) {
  const appId = document.currentScript?.dataset["appId"] || "host";
  createHostBridge({ appId, bus: createBus({ appId, allowUnregisteredMessageNames: true }) });
  dispatchEvent(new Event("mfe-bridge-ready"));
}
