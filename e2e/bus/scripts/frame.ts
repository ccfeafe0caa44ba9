/** A frame of another origin, which connects when it is told to: at once, or by a test. */

import { expose } from "../../../event_bus/src/rpc/expose.ts";
import { release, transfer } from "../../../event_bus/src/rpc/ownership.ts";
import { wrap } from "../../../event_bus/src/rpc/wrap.ts";
import { connectParent } from "../../../event_bus/src/transport/connect-parent.ts";
import { openLab } from "./lab.ts";

const lab = openLab("widget");
const query = new URLSearchParams(location.search);

const api = {
  add: (one: number, two: number) => one + two,
  text: { upper: (text: string) => text.toUpperCase() },
  fail() {
    throw new RangeError("too far");
  },
  forever: () => new Promise<never>(() => {}),
  async each(items: number[], visit: (item: number) => Promise<number>) {
    let sum = 0;
    for (const item of items) sum += await visit(item);
    return sum;
  },
  search(signal: AbortSignal) {
    signal.addEventListener("abort", () => lab.reports.push("search aborted"));
    return api.forever();
  },
  size: (buffer: ArrayBuffer) => buffer.byteLength,
  make(size: number) {
    const buffer = new ArrayBuffer(size);
    return transfer(buffer, [buffer]);
  },
};

function start(options: object = {}): void {
  const line = connectParent(lab.bus, {
    origins: [query.get("origin") ?? ""],
    state: lab.state,
    onStateChange(state) {
      lab.states.push(state);
      if (state === "open" && line.port) expose(api, line.port);
    },
    ...options,
  });
  Object.assign(globalThis, { line });
}

Object.assign(globalThis, { lab, start, wrap, release });
if (!query.has("manual")) start();
