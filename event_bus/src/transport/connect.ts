/** A line that is opened by a handshake: both ends of it, without the windows. */

import type { Bus } from "../bus/types.ts";
import { randomId } from "../envelope/random.ts";
import type { Message } from "../envelope/types.ts";
import { BusPolicyError, BusValidationError } from "../errors.ts";
import { hearFrom } from "./endpoint.ts";
import { joinBus } from "./join-bus.ts";
import type { Relay } from "./join-bus.ts";
import type { Connection, ConnectionState, ConnectWorkerOptions } from "./types.ts";

const MAX_BACKOFF_MS = 30_000;

/**
 * What the ends say. Outside of the port: `hello` (host, when it starts), `ready` (child, when it
 * starts and after a hello), `init` (host, with a port). On the port: `ack` (child), `ping` (host),
 * `pong` (child), `bye`, and messages.
 */
export interface Frame {
  readonly tiny?: string | undefined;
  /** The child's, of this handshake. */
  readonly id?: string | undefined;
  readonly message?: Message | undefined;
}

/** Where the far end is reached before there is a port. */
export interface Door {
  post(frame: Frame, ports: MessagePort[]): void;
  /** Calls `hear` with what the far end said, and nobody else. */
  listen(hear: (data: unknown, ports: readonly MessagePort[]) => void): () => void;
}

/**
 * `isHost`: this end makes the ports, asks whether the other lives, and does not trust it.
 * One closure, as its parts share their state and local names cost no bytes.
 */
export function connect(
  bus: Bus,
  door: Door,
  peer: string,
  isHost: boolean,
  options: Omit<ConnectWorkerOptions, "name">,
): Connection {
  const { timeoutMs = 5000, retries = 3, backoffMs = 250, pingIntervalMs = 5000 } = options;
  let state: ConnectionState = "connecting";
  let port: MessagePort | undefined;
  let relay: Relay;
  let id: string | undefined;
  let attempt = 0;
  let unanswered = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pings: ReturnType<typeof setInterval> | undefined;
  let settle: [() => void, (error: unknown) => void];
  const ready = new Promise<void>((...both) => (settle = both));
  // Who does not ask need not handle it: a failure is reported too.
  ready.catch(() => {});

  const say = (frame: Frame): void => port?.postMessage(frame);
  const greet = (): void => door.post({ tiny: isHost ? "hello" : "ready", id }, []);

  function start(): void {
    attempt = 0;
    if (!isHost) id = randomId();
    relay = joinBus(bus, (message) => say({ message }), { ...options, peer, trusted: !isHost });
    ask();
  }

  function ask(): void {
    // Who has not acknowledged a port gets another one.
    if (isHost) id = undefined;
    greet();
    timer = setTimeout(() => {
      if (attempt < retries) {
        timer = setTimeout(ask, Math.min(backoffMs * 2 ** attempt++, MAX_BACKOFF_MS));
      } else end("timeout", `did not connect in ${attempt + 1} attempts`);
    }, timeoutMs);
  }

  function use(next: MessagePort): void {
    hangUp();
    port = next;
    hearFrom(next, (data) => {
      if (port === next) hear(Object(data));
    });
    next.addEventListener("close", () => {
      if (port === next) lose();
    });
  }

  function hangUp(): void {
    const old = port;
    port = undefined;
    old?.close();
    // At most the far end hears of a close; the calls that wait at this one have to as well.
    old?.dispatchEvent(new Event("close"));
  }

  function hear({ tiny, id: said, message }: Frame): void {
    unanswered = 0;
    if (tiny === "ping") say({ tiny: "pong" });
    else if (tiny === "bye") lose();
    else if (state === "open") {
      if (message) relay.receive(message);
    } else if (tiny === "ack" && isHost && said === id) open();
  }

  function open(): void {
    clearTimeout(timer);
    unanswered = 0;
    if (isHost && pingIntervalMs) {
      pings = setInterval(() => {
        if (unanswered++ > 1) lose();
        else say({ tiny: "ping" });
      }, pingIntervalMs);
    }
    relay.open();
    settle[0]();
    enter("open");
  }

  function enter(next: ConnectionState): void {
    state = next;
    options.onStateChange?.(next);
  }

  function stop(): void {
    clearTimeout(timer);
    clearInterval(pings);
    relay.leave();
    hangUp();
  }

  function lose(): void {
    if (state !== "open") return;
    stop();
    start();
    enter("lost");
  }

  function end(code: "timeout" | "delivery", problem: string): void {
    if (state === "closed") return;
    say({ tiny: "bye" });
    stop();
    for (const off of ends) off();
    const error = new BusValidationError(code, `"${peer}" ${problem}.`);
    settle[1](error);
    if (code === "timeout") bus.report(error, "transport");
    enter("closed");
  }

  const close = (): void => end("delivery", "is closed");

  const ends = [
    bus.onDispose(close),
    door.listen((data, [given]) => {
      const { tiny, id: said } = Object(data) as Frame;
      if (isHost) {
        // Another id is another document: the frame was loaded anew.
        if (tiny !== "ready" || said === id) return;
        lose();
        id = said;
        const { port1, port2 } = new MessageChannel();
        use(port1);
        door.post({ tiny: "init", id }, [port2]);
      } else if (tiny === "hello") {
        // A host that greets has no line.
        lose();
        greet();
      } else if (tiny === "init") {
        if (given && said === id && state !== "open") {
          use(given);
          say({ tiny: "ack", id });
          open();
        } else bus.report(new BusPolicyError(`"${peer}" replayed a handshake.`), "transport");
      }
    }),
  ];
  start();

  return {
    get state() {
      return state;
    },
    get port() {
      return state === "open" ? port : undefined;
    },
    ready,
    close,
  };
}
