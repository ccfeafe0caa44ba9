/** The page around frames and workers, and one of several tabs. */

import { wrap } from "../../../event_bus/src/rpc/wrap.ts";
import { keep, release, transfer } from "../../../event_bus/src/rpc/ownership.ts";
import { expose } from "../../../event_bus/src/rpc/expose.ts";
import { connectFrame } from "../../../event_bus/src/transport/connect-frame.ts";
import { connectTabs } from "../../../event_bus/src/transport/connect-tabs.ts";
import { connectWorker } from "../../../event_bus/src/transport/connect-worker.ts";
import { openLab } from "./lab.ts";

const lab = openLab("shop");

Object.assign(globalThis, {
  lab,
  wrap,
  keep,
  release,
  transfer,
  expose,
  addFrame(src: string): Promise<void> {
    const iframe = document.createElement("iframe");
    iframe.src = src;
    document.body.append(iframe);
    return new Promise((resolve) => iframe.addEventListener("load", () => resolve()));
  },
  connectFrame(options: object = {}, index = 0) {
    const iframe = document.querySelectorAll("iframe")[index] as HTMLIFrameElement;
    return Object.assign(globalThis, {
      line: connectFrame(lab.bus, iframe, {
        name: "widget",
        origin: new URL(iframe.src).origin,
        state: lab.state,
        onStateChange: (state) => lab.states.push(state),
        ...options,
      }),
    });
  },
  connectWorker() {
    const worker = new Worker("/worker.js", { type: "module" });
    const line = connectWorker(lab.bus, worker, { name: "counter", state: lab.state });
    Object.assign(globalThis, { worker, line });
  },
  connectTabs(topics: string[]) {
    const line = connectTabs(lab.bus, { channel: "shop", topics, state: lab.state });
    Object.assign(globalThis, { line });
  },
});
