/** A fragment's handle: the bus as one fragment may use it, under its own name and no other. */

import type { Bus, SubscribeOptions, Unsubscribe } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import { BusPolicyError } from "../errors.ts";
import { createStores } from "../stores/create-stores.ts";
import type { Stores } from "../stores/types.ts";
import { publishWith, refused } from "./answer.ts";
import type {
  ConnectFragmentOptions,
  FragmentHandle,
  HandleRequestOptions,
  Payloads,
} from "./types.ts";

interface Open {
  /** Its name or pattern. */
  readonly what: string;
  readonly end: () => void;
}

/**
 * The handle of the fragment `name`, for whoever holds the bus to give to that fragment. It has
 * stores only with `state`.
 */
export function connectFragment<P extends object = Payloads>(
  bus: Bus,
  name: string,
  { state, onLeak, onEnd }: ConnectFragmentOptions = {},
): FragmentHandle<P> {
  const ending = new AbortController();
  const { signal } = ending;
  // The subscriptions that the fragment has not ended. Without a prototype, so that no setter there
  // keeps one out.
  const open = Object.create(null) as Record<number, Open>;
  let count = 0;
  let ended: BusPolicyError | undefined;
  let forget: Unsubscribe | undefined;

  function usable(): Bus {
    if (ended) throw ended;
    return bus;
  }

  /** What is refused is reported, because the fragment will not tell the host. */
  function reported<T>(call: (live: Bus) => T): T {
    try {
      return call(usable());
    } catch (error) {
      bus.report(error, "bridge");
      throw error;
    }
  }

  const canRead = (messageName: string): boolean =>
    reported(({ registry }) => {
      registry?.assertCanSubscribe(messageName, name);
      return true;
    });

  /** For what leaves nothing behind when it ends. */
  const either = (own: AbortSignal | undefined): AbortSignal =>
    own ? AbortSignal.any([signal, own]) : signal;

  /** Remembers a subscription until it ends. */
  function begin(
    what: string,
    { signal: own, once, replay }: SubscribeOptions,
    start: (given: SubscribeOptions, end: () => void) => Unsubscribe,
  ): Unsubscribe {
    const id = (count += 1);
    let off: Unsubscribe | undefined;
    let over = false;
    const end = (): void => {
      over = true;
      delete open[id];
      off?.();
    };
    reported(() => {
      // Not the handle's own signal: with thousands of listeners each further one would be slow.
      const stop = own && AbortSignal.any([own]);
      off = start({ subscriberId: name, signal: stop, once, replay }, end);
      // A retained message, which comes at once on a sync bus, may have ended it.
      if (over || ended || stop?.aborted) return end();
      open[id] = { what, end };
      stop?.addEventListener("abort", end);
    });
    return end;
  }

  /** What the fragment may say is in `more`; the rest is not its to say. */
  const message = (kind: string, messageName: string, payload: unknown, more: object): never =>
    completeMessage({ ...more, kind, messageName, payload, source: name }) as never;

  function dispose(): void {
    if (ended) return;
    ended = new BusPolicyError(`The handle of "${name}" has ended.`);
    const subscriptions: string[] = [];
    for (const id in open) {
      const { what, end } = open[id] as Open;
      subscriptions.push(what);
      end();
    }
    forget?.();
    ending.abort(ended);
    onEnd?.();
    if (subscriptions.length > 0 && !bus.disposed) onLeak?.({ name, subscriptions });
  }
  forget = bus.onDispose(dispose);

  // The stores go by it, so it must say the truth whatever the fragment does to its own signal.
  Object.defineProperty(signal, "aborted", { get: () => !!ended });

  const handle: Omit<FragmentHandle, keyof Stores> = {
    ...(state && createStores(bus, { state, source: name, signal, canRead })),
    name,
    signal,
    publish: (messageName, payload, options = {}) =>
      publishWith(usable, () =>
        message("event", messageName, payload, {
          ...options,
          eventKind: options.eventKind ?? messageName,
        }),
      ),
    subscribe: (messageName, handler, options = {}) =>
      begin(messageName, options, (given, end) =>
        bus.subscribe(
          messageName,
          options.once
            ? (message) => {
                end();
                return handler(message as never);
              }
            : (handler as never),
          given,
        ),
      ),
    // Not remembered: to end with the handle is what a stream is for.
    messages: (messageName, options = {}) =>
      reported((live) =>
        live.messages(messageName, {
          subscriberId: name,
          replay: options.replay,
          limit: options.limit,
          signal: either(options.signal),
        }),
      ) as never,
    observe: (handler, options = {}) =>
      begin("**", options, (given) => bus.observeAll(handler, given)),
    async request(messageName, payload = null, options: HandleRequestOptions = {}) {
      const { timeoutMs, validator, signal: own, expectedResult, ...rest } = options;
      const query = message("query", messageName, payload, {
        ...rest,
        queryName: messageName,
        expectedResult: expectedResult ?? `${messageName}:result`,
      });
      const given = { timeoutMs, validator, signal: either(own) };
      return (await usable().request(query, given)).payload as never;
    },
    async command(messageName, payload = null, options: HandleRequestOptions = {}) {
      try {
        const { timeoutMs, validator, signal: _, expectedResult, ...rest } = options;
        const command = message("command", messageName, payload, {
          ...rest,
          commandName: messageName,
          ackTimeoutMs: timeoutMs,
        });
        return await usable().sendCommand(command);
      } catch (error) {
        return refused(error);
      }
    },
    respond: (messageName, handler, options = {}) =>
      begin(messageName, options, (given) =>
        bus.respond(messageName, (asked) => handler(asked.payload as never, asked), given),
      ),
    getSnapshot(stateKey) {
      canRead(state?.getEntry(stateKey)?.messageName ?? stateKey);
      return state?.getSnapshot(stateKey);
    },
    dispose,
  };
  return Object.freeze(handle) as unknown as FragmentHandle<P>;
}
