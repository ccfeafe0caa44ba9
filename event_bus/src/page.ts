/**
 * The script that the host serves into a page: it makes the page's bus, its state and its bridge.
 *
 * Built into one classic script. Its tag names the application (`data-app-id`), says what is
 * retained for late subscribers (`data-retain`, JSON) and whether the page is in development
 * (`data-dev`). A page that has a bridge keeps it.
 */

import { createPageBus } from "./bridge/create-page-bus.ts";
import { isValidMfeBridgeHandle, readSlot } from "./bridge/window-slot.ts";

if (!isValidMfeBridgeHandle(readSlot())) {
  const { appId, dev, retain = "{}" } = document.currentScript?.dataset ?? {};
  createPageBus({
    appId: appId || "host",
    allowUnregisteredMessageNames: true,
    retain: JSON.parse(retain),
    development: dev !== undefined,
  });
}
