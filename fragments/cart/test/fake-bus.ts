/** A bus as the host gives one, which records what it is asked and answers as the test says. */
import type { Answer, Bus } from "../src/bus.ts";

export interface FakeBus extends Bus {
  /** Commands that were sent: name and payload. */
  readonly commands: [string, object][];
  /** Queries that were asked: their payloads. */
  readonly asked: object[];
  /** What the next commands get. */
  answer: Answer;
  /** What the next queries get; undefined: nobody answers. */
  result: unknown;
  /** How many listeners and subscriptions are open. */
  readonly open: () => number;
  readonly set: (key: string, value: unknown) => void;
  readonly publish: (messageName: string) => void;
}

export function createFakeBus(initial: Record<string, unknown> = {}): FakeBus {
  const values = new Map(Object.entries(initial));
  const listeners = new Set<{ readonly on: string; readonly call: () => void }>();
  const retained = new Set<string>();
  const listen = (on: string, call: () => void): (() => void) => {
    const listener = { on, call };
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const tell = (what: string): void => {
    for (const { on, call } of [...listeners]) if (on === what) call();
  };
  return {
    commands: [],
    asked: [],
    answer: { accepted: true },
    result: undefined,
    atom: <T>(key: string) => ({
      get: () => values.get(key) as T | undefined,
      listen: (listener: () => void) => listen(key, listener),
    }),
    async command(messageName, payload) {
      this.commands.push([messageName, payload]);
      return this.answer;
    },
    async request(_messageName, payload) {
      this.asked.push(payload);
      if (this.result === undefined) throw new Error("nobody answers");
      return this.result;
    },
    subscribe(messageName, handler) {
      if (retained.has(messageName)) handler();
      return listen(messageName, handler);
    },
    open: () => listeners.size,
    set(key, value) {
      values.set(key, value);
      tell(key);
    },
    publish(messageName) {
      retained.add(messageName);
      tell(messageName);
    },
  };
}
