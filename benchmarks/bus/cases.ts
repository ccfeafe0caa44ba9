/** What is measured in Node and in Chromium alike; each case answers with one figure. */

import mitt from "mitt";
import { createNanoEvents } from "nanoevents";
import { atom } from "nanostores";
import { createBus, createEvent, createStores, attachStateSync, defineContracts } from "../../event_bus/src/index.ts";
import type { Bus, CreateBusOptions, EventMessage } from "../../event_bus/src/index.ts";

/** Messages in one pass, each with an id of its own. */
const PASS = 100_000;
/** Messages that are made before each measurement: few, because a publisher's are fresh in cache. */
const BATCH = 1000;
const PASSES = 5;
const NAME = "cart:item-added";

const { validators } = defineContracts({
  [NAME]: {
    kind: "event",
    version: 1,
    payload: {
      type: "object",
      properties: {
        id: { type: "string", minLength: 1 },
        name: { type: "string" },
        priceCents: { type: "integer", minimum: 0 },
        quantity: { type: "integer", minimum: 1 },
      },
      required: ["id", "name", "priceCents", "quantity"],
      additionalProperties: false,
    },
  },
});

let seen = 0;
const listener = (): void => {
  seen += 1;
};

function messages(count: number): EventMessage[] {
  return Array.from({ length: count }, (_, n) =>
    createEvent(NAME, { id: `p${n}`, name: "Mug", priceCents: 1200, quantity: 1 }, { source: "shop" }),
  );
}

const newBus = (options: Partial<CreateBusOptions> = {}): Bus =>
  createBus({ appId: "bench", dispatch: "sync", validators, ...options });

/** Messages a second: the median pass, over fresh messages, after one pass to warm up. */
function rate(publish: (message: EventMessage) => void, listeners: number): number {
  const count = listeners > 100 ? PASS / 20 : PASS;
  const rates: number[] = [];
  for (let pass = 0; pass <= PASSES; pass += 1) {
    const before = seen;
    let seconds = 0;
    for (let made = 0; made < count; made += BATCH) {
      const batch = messages(BATCH);
      const start = performance.now();
      for (const message of batch) publish(message);
      seconds += (performance.now() - start) / 1000;
    }
    if (seen - before !== count * listeners) throw new Error(`${seen - before} deliveries`);
    if (pass > 0) rates.push(count / seconds);
  }
  return median(rates);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function ours(listeners: number, options?: Partial<CreateBusOptions>, others = 0): number {
  const bus = newBus(options);
  for (let n = 0; n < listeners; n += 1) bus.subscribe(NAME, () => listener());
  for (let n = 0; n < others; n += 1) bus.subscribe(`other:${n}`, listener);
  return rate((message) => bus.publish(message), listeners);
}

const dedupe = { dedupe: { enabled: true, windowMs: 600_000, maxIds: 10_000 } };

function withMitt(listeners: number, others = 0): number {
  const emitter = mitt<Record<string, EventMessage>>();
  for (let n = 0; n < listeners; n += 1) emitter.on(NAME, () => listener());
  for (let n = 0; n < others; n += 1) emitter.on(`other:${n}`, listener);
  return rate((message) => emitter.emit(NAME, message), listeners);
}

function withNanoevents(listeners: number, others = 0): number {
  const emitter = createNanoEvents<Record<string, (message: EventMessage) => void>>();
  for (let n = 0; n < listeners; n += 1) emitter.on(NAME, () => listener());
  for (let n = 0; n < others; n += 1) emitter.on(`other:${n}`, listener);
  return rate((message) => emitter.emit(NAME, message), listeners);
}

function withNanostores(listeners: number): number {
  const store = atom<EventMessage | undefined>();
  for (let n = 0; n < listeners; n += 1) store.listen(() => listener());
  return rate((message) => store.set(message), listeners);
}

function oursStore(): number {
  const bus = createBus({ appId: "bench", dispatch: "sync", allowUnregisteredMessageNames: true });
  const state = attachStateSync(bus, { enabled: true });
  const store = createStores(bus, { state, source: "bench" }).atom<unknown>("value");
  store.listen(listener);
  return rate((message) => store.set(message.payload), 1);
}

const QUERIES = 20_000;

/** One at a time: each waits for the answer to the one before. */
async function requests(): Promise<number> {
  const bus = createBus({ appId: "bench", dispatch: "sync", allowUnregisteredMessageNames: true });
  bus.respond("price:of", () => 1200, { subscriberId: "catalogue" });
  const rates: number[] = [];
  for (let pass = 0; pass <= PASSES; pass += 1) {
    const start = performance.now();
    for (let n = 0; n < QUERIES; n += 1) {
      const event = createEvent("price:of", { id: "p1" }, { source: "shop" });
      const { eventKind: _, ...base } = event;
      await bus.request({ ...base, kind: "query", queryName: "price:of" } as never);
    }
    if (pass > 0) rates.push(QUERIES / ((performance.now() - start) / 1000));
  }
  return median(rates);
}

const SUBSCRIPTIONS = 10_000;

/** Milliseconds for 10,000 subscriptions and their end. */
function subscriptions(): number {
  const bus = newBus();
  const times: number[] = [];
  for (let pass = 0; pass <= PASSES; pass += 1) {
    const start = performance.now();
    const ends = Array.from({ length: SUBSCRIPTIONS }, () => bus.subscribe(NAME, listener));
    for (const end of ends) end();
    if (pass > 0) times.push(performance.now() - start);
  }
  return median(times);
}

/** Percent by which the heap has grown after 10,000 subscriptions that are over. */
async function heapGrowth(): Promise<number> {
  const bus = newBus();
  const churn = (): void => {
    const ends = Array.from({ length: SUBSCRIPTIONS }, () => bus.subscribe(NAME, listener));
    for (const end of ends) end();
  };
  churn();
  const before = await heap();
  churn();
  return (100 * ((await heap()) - before)) / before;
}

async function heap(): Promise<number> {
  const engine = globalThis as unknown as {
    gc?: () => void;
    process?: { memoryUsage(): { heapUsed: number } };
    performance: { memory?: { usedJSHeapSize: number } };
  };
  if (!engine.gc) throw new Error("Start the engine with --expose-gc.");
  for (let n = 0; n < 3; n += 1) {
    engine.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return engine.process?.memoryUsage().heapUsed ?? engine.performance.memory?.usedJSHeapSize ?? NaN;
}

const FLOOD = 200_000;

/** Milliseconds by which a 0 ms timer is late while each handled message publishes the next. */
function flood(dispatch: "microtask" | "sync"): Promise<number> {
  const bus = createBus({ appId: "bench", dispatch, allowUnregisteredMessageNames: true });
  const event = createEvent("flood", 0, { source: "flood" });
  return new Promise((resolve) => {
    let left = FLOOD;
    let worst = 0;
    let asked = performance.now();
    const tick = (): void => {
      worst = Math.max(worst, performance.now() - asked);
      if (left === 0) return resolve(worst);
      asked = performance.now();
      setTimeout(tick, 0);
    };
    bus.subscribe("flood", () => {
      left -= 1;
      if (left > 0) bus.publish(event);
    });
    setTimeout(tick, 0);
    bus.publish(event);
  });
}

/** By name: each runs in an engine that has run nothing else of it. */
export const cases: Readonly<Record<string, () => number | Promise<number>>> = {
  "publish, 1 listener": () => ours(1),
  "publish, 1 listener, dedupe": () => ours(1, dedupe),
  "publish, 1 listener, 1,000 on other topics": () => ours(1, {}, 1000),
  "publish, 1,000 listeners": () => ours(1000),
  "publish, 1,000 listeners, dedupe": () => ours(1000, dedupe),
  "mitt, 1 listener": () => withMitt(1),
  "mitt, 1 listener, 1,000 on other topics": () => withMitt(1, 1000),
  "mitt, 1,000 listeners": () => withMitt(1000),
  "nanoevents, 1 listener": () => withNanoevents(1),
  "nanoevents, 1,000 listeners": () => withNanoevents(1000),
  "nanostores atom, 1 listener": () => withNanostores(1),
  "nanostores atom, 1,000 listeners": () => withNanostores(1000),
  "atom set, 1 listener": oursStore,
  "request and answer": requests,
  "10,000 subscriptions, ms": subscriptions,
  "10,000 subscriptions, heap %": heapGrowth,
  "flood, microtask, ms late": () => flood("microtask"),
  "flood, sync, ms late": () => flood("sync"),
};
