/** Joins the buses of the tabs of an origin. */

import type { Bus } from "../bus/types.ts";
import type { Frame } from "./connect.ts";
import { joinBus } from "./join-bus.ts";
import type { Connection, ConnectTabsOptions } from "./types.ts";

/**
 * Every script of the origin can speak on the channel, in any name: give it topics that may be
 * spoken of so. Throws BusPolicyError where a topic is one name, and the bus's default subscriber
 * may not read it.
 */
export function connectTabs(bus: Bus, options: ConnectTabsOptions): Connection {
  const { channel: peer } = options;
  const channel = new BroadcastChannel(peer);
  let isOpen = true;
  const say = (frame: Frame): void => channel.postMessage(frame);
  const both = { ...options, peer, trusted: true, broadcast: true };
  const relay = joinBus(bus, (message) => say({ message }), both);
  channel.onmessage = ({ data }) => {
    const { tiny, message } = Object(data) as Frame;
    if (message) relay.receive(message);
    else if (tiny === "hello") relay.sendState();
  };
  relay.open();
  say({ tiny: "hello" });
  const close = (): void => {
    isOpen = false;
    off();
    relay.leave();
    channel.close();
  };
  const off = bus.onDispose(close);

  return {
    get state() {
      return isOpen ? "open" : "closed";
    },
    ready: Promise.resolve(),
    port: undefined,
    close,
  };
}
