/** A worker with a bus and an API of its own. */

import { expose } from "../../../event_bus/src/rpc/expose.ts";
import { connectParent } from "../../../event_bus/src/transport/connect-parent.ts";
import { openLab } from "./lab.ts";

const lab = openLab("counter");
let count = 0;

expose({ double: (value: number) => value * 2 }, globalThis as unknown as Worker);
connectParent(lab.bus, { state: lab.state });
lab.bus.subscribe("count", () => {
  count += 1;
  lab.publish("counted", count);
});
lab.bus.respond("counter:page", () => lab.ask("shop:name"));
