/** A bus as the host gives one, which records what it is asked and answers as the test says. */
import type { Answer, Bus } from "../src/bus.ts";

export interface FakeBus extends Bus {
  /** Commands that were sent, and events that were published: name and payload. */
  readonly commands: [string, object][];
  readonly events: [string, object][];
  /** What the next commands get. */
  answer: Answer;
  /** How many listeners and responders there are. */
  readonly open: () => number;
  readonly setPreferences: (value: { readonly locale: string }) => void;
  /** Asks the responder of a query. */
  readonly ask: (messageName: string, payload: object) => unknown;
}

export function createFakeBus(): FakeBus {
  let preferences: unknown;
  const listeners = new Set<(value: never) => void>();
  const responders = new Map<string, (payload: never) => unknown>();
  return {
    commands: [],
    events: [],
    answer: { accepted: true },
    atom: <T>() => ({
      get: () => preferences as T | undefined,
      subscribe(listener: (value: T | undefined) => void) {
        listeners.add(listener);
        listener(preferences as T | undefined);
        return () => listeners.delete(listener);
      },
    }),
    async command(messageName, payload) {
      this.commands.push([messageName, payload]);
      return this.answer;
    },
    publish(messageName, payload) {
      this.events.push([messageName, payload]);
    },
    respond(messageName, handler) {
      responders.set(messageName, handler);
      return () => responders.delete(messageName);
    },
    open: () => listeners.size + responders.size,
    setPreferences(value) {
      preferences = value;
      for (const listener of listeners) listener(value as never);
    },
    ask: (messageName, payload) => responders.get(messageName)?.(payload as never),
  };
}
