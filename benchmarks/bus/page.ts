/** The page in Chromium: the cases, and round trips to a frame and to another channel. */

import * as Comlink from "comlink";
import { WindowMessenger, connect } from "penpal";
import { wrap } from "../../event_bus/src/index.ts";
import { cases, median } from "./cases.ts";

/** Milliseconds of one measurement. */
const LASTS = 400;
const PASSES = 3;

type Echo = (value: number) => Promise<number>;

/** Round trips a second with so many under way at once. */
async function roundTrips(echo: Echo, inFlight: number): Promise<number> {
  const rates: number[] = [];
  for (let pass = 0; pass <= PASSES; pass += 1) {
    const start = performance.now();
    let count = 0;
    const walk = async (): Promise<void> => {
      while (performance.now() - start < LASTS) {
        if ((await echo(count)) === undefined) throw new Error("no answer");
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, walk));
    if (pass > 0) rates.push(count / ((performance.now() - start) / 1000));
  }
  return median(rates);
}

async function frame(kind: string): Promise<HTMLIFrameElement> {
  const element = document.createElement("iframe");
  element.src = `frame.html#${kind}`;
  await new Promise((resolve) => {
    element.onload = resolve;
    document.body.append(element);
  });
  return element;
}

async function port(kind: string): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  (await frame(kind)).contentWindow?.postMessage(kind, location.origin, [port2]);
  return port1;
}

function numbered(send: (message: [number, number]) => void): [Echo, (event: MessageEvent) => void] {
  const waiting = new Map<number, (value: number) => void>();
  let last = 0;
  return [
    (value) =>
      new Promise((resolve) => {
        waiting.set((last += 1), resolve);
        send([last, value]);
      }),
    ({ data: [id, value] }) => {
      waiting.get(id)?.(value);
      waiting.delete(id);
    },
  ];
}

async function raw(): Promise<Echo> {
  const channel = await port("raw");
  const [echo, receive] = numbered((message) => channel.postMessage(message));
  channel.onmessage = receive;
  return echo;
}

async function broadcast(): Promise<Echo> {
  await frame("broadcast");
  const channel = new BroadcastChannel("bench");
  const [echo, receive] = numbered((message) => channel.postMessage(message));
  channel.onmessage = receive;
  return echo;
}

async function comlink(): Promise<Echo> {
  const remote = Comlink.wrap<{ echo(value: number): number }>(await port("comlink"));
  return (value) => remote.echo(value);
}

async function penpal(): Promise<Echo> {
  const element = document.createElement("iframe");
  element.src = "frame.html#penpal";
  document.body.append(element);
  const messenger = new WindowMessenger({
    remoteWindow: element.contentWindow as Window,
    allowedOrigins: [location.origin],
  });
  const remote = await connect<{ echo(value: number): number }>({ messenger }).promise;
  return (value) => remote.echo(value);
}

async function ours(): Promise<Echo> {
  const remote = wrap<{ echo(value: number): number }>(await port("ours"));
  return (value) => remote.echo(value);
}

const peers: Record<string, () => Promise<Echo>> = {
  "raw MessageChannel": raw,
  ours,
  comlink,
  penpal,
  BroadcastChannel: broadcast,
};

const inFrame = Object.entries(peers).flatMap(([name, make]) =>
  [1, 100].map((inFlight) => [
    `frame, ${inFlight} in flight, ${name}`,
    async (): Promise<number> => roundTrips(await make(), inFlight),
  ]),
) as [string, () => Promise<number>][];

const all = { ...cases, ...Object.fromEntries(inFrame) };

Object.assign(window, {
  caseNames: Object.keys(all),
  runCase: (name: string): Promise<number> => Promise.resolve(all[name]?.() ?? Number.NaN),
});
