/** The frame: answers with what it is sent, over the peer that its address names. */

import * as Comlink from "comlink";
import { WindowMessenger, connect } from "penpal";
import { expose } from "../../event_bus/src/index.ts";

const api = { echo: (value: number): number => value };
const kind = location.hash.slice(1);

if (kind === "penpal") {
  const messenger = new WindowMessenger({
    remoteWindow: window.parent,
    allowedOrigins: [location.origin],
  });
  void connect({ messenger, methods: api });
} else if (kind === "broadcast") {
  const channel = new BroadcastChannel("bench");
  channel.onmessage = ({ data }) => channel.postMessage(data);
} else {
  addEventListener("message", ({ data, ports: [port], origin }) => {
    if (!port || origin !== location.origin) return;
    if (data === "ours") expose(api, port);
    else if (data === "comlink") Comlink.expose(api, port);
    else port.onmessage = (event) => port.postMessage(event.data);
  });
}
