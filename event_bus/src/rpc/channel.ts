/** The calls of one endpoint, in both directions: one listener, whatever is wrapped and exposed. */

import { BusValidationError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { endingsOf, keep, movedWith } from "./ownership.ts";
import { hearFrom } from "../transport/endpoint.ts";
import type { Endpoint } from "../transport/endpoint.ts";

// Frames are arrays, which clone faster than objects and are no messages of the bus:
// [CALL, id, path or callback id, args, marks], [RESULT | THROWN | ERROR, id, value], [ABORT, id],
// [RELEASE, callback id].
const CALL = 0;
const RESULT = 1;
const THROWN = 2;
const ERROR = 3;
const ABORT = 4;
const RELEASE = 5;

/** Stands for a function among the arguments, or for an AbortSignal, with the callback id 0. */
type Mark = readonly [index: number, callbackId: number];

type AnyFunction = (...args: unknown[]) => unknown;
type Flat = Pick<Error, "name" | "message" | "stack"> & { readonly code?: unknown };

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly target: string | number;
  readonly deadline: number;
  /** What ends with the call. */
  readonly ends: (() => void)[];
}

export interface Channel {
  /** What the far side may call. */
  api: object | undefined;
  /** Milliseconds that a callback of the far side may take. */
  timeoutMs: number | undefined;
  /** Calls by path, or by the id of a callback. */
  call(
    target: string | number,
    args: readonly unknown[],
    timeoutMs: number | undefined,
    signal?: AbortSignal,
  ): Promise<unknown>;
  /** Gives up the calls that have this signal, or all. */
  giveUp(reason: unknown, signal?: AbortSignal): void;
}

/** Above it, setTimeout fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const channels = new WeakMap<Endpoint, Channel>();
const isOwnEnumerable = Object.prototype.propertyIsEnumerable;

// Not from 0, as another copy of this module may use the same endpoint.
let lastId = Math.floor(Math.random() * 2 ** 28);

export function channelOf(endpoint: Endpoint): Channel {
  let channel = channels.get(endpoint);
  if (!channel) channels.set(endpoint, (channel = createChannel(endpoint)));
  return channel;
}

export const failure = (code: ErrorCode, problem: string): BusValidationError =>
  new BusValidationError(code, problem);

// One closure: its parts share their maps, and local names cost no bytes.
function createChannel(endpoint: Endpoint): Channel {
  const calls = new Map<unknown, Call>();
  const callbacks = new Map<unknown, AnyFunction>();
  const running = new Map<unknown, AbortController>();
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let alarm = Infinity;

  function post(frame: unknown[], moved: Transferable[] = []): void {
    // An empty list has its price, too.
    if (moved[0]) endpoint.postMessage(frame, moved);
    else endpoint.postMessage(frame);
  }

  function settle(id: unknown): Call | undefined {
    const call = calls.get(id);
    calls.delete(id);
    call?.ends.forEach((end) => end());
    return call;
  }

  function abort(id: unknown, reason: unknown): void {
    settle(id)?.reject(reason);
    post([ABORT, id]);
  }

  // One timer for all calls: hardly any call has to set it.
  function arm(deadline: number): void {
    if (deadline >= alarm) return;
    alarm = deadline;
    clearTimeout(timer);
    timer = setTimeout(sweep, Math.min(deadline - performance.now(), MAX_TIMER_MS));
  }

  function sweep(): void {
    alarm = Infinity;
    for (const [id, { deadline, target }] of calls) {
      if (deadline > performance.now()) arm(deadline);
      else abort(id, failure("timeout", `No result of "${target}" in time.`));
    }
  }

  /** The callback id for what cannot be cloned, undefined for what can. */
  function markOf(arg: unknown, id: number, ends: (() => void)[]): number | undefined {
    if (typeof arg === "function") {
      const callbackId = (lastId += 1);
      callbacks.set(callbackId, arg as AnyFunction);
      (endingsOf(arg) ?? ends).push(() => callbacks.delete(callbackId));
      return callbackId;
    }
    if (!(arg instanceof AbortSignal)) return undefined;
    arg.throwIfAborted();
    const give = (): void => abort(id, arg.reason);
    arg.addEventListener("abort", give);
    ends.push(() => arg.removeEventListener("abort", give));
    return 0;
  }

  /** Runs what the far side calls; it may be hostile, and gets a refusal for whatever is wrong. */
  function serve(id: unknown, target: unknown, args: unknown[], marks: readonly Mark[] = []): void {
    const reply = (kind: number, value: unknown): void => {
      running.delete(id);
      try {
        post([kind, id, value], movedWith(value));
      } catch (error) {
        fail(failure("validation", `The result of "${target}": ${error}`));
      }
    };
    const answer = (value: unknown): void => reply(RESULT, value);
    const fail = (error: unknown): void => {
      const { name, message, code, stack } = Object(error) as Flat;
      if (error instanceof Error) reply(ERROR, { name, message, code, stack });
      else reply(THROWN, error);
    };
    try {
      let owner: unknown;
      let found: unknown = callbacks.get(target) ?? channel.api;
      for (const key of typeof target === "string" ? target.split(".") : []) {
        owner = Object(found);
        found = isOwnEnumerable.call(owner, key) && (owner as Record<string, unknown>)[key];
      }
      if (typeof found !== "function") throw failure("validation", `No function "${target}".`);
      for (const [index, callbackId] of marks) {
        // Null is where the far side took out a function or signal.
        if (args[index] === null) args[index] = callbackId ? callback(callbackId) : signalOf(id);
      }
      const result = Reflect.apply(found, owner, args) as PromiseLike<unknown> | undefined;
      if (typeof result?.then === "function") result.then(answer, fail);
      else answer(result);
    } catch (error) {
      fail(error);
    }
  }

  function callback(id: number): AnyFunction {
    const far = keep((...args: unknown[]) => channel.call(id, args, channel.timeoutMs));
    endingsOf(far)?.push(() => post([RELEASE, id]));
    return far;
  }

  function signalOf(id: unknown): AbortSignal {
    const controller = running.get(id) ?? new AbortController();
    running.set(id, controller);
    return controller.signal;
  }

  hearFrom(endpoint, (data) => {
    if (!Array.isArray(data)) return;
    const { 0: kind, 1: id, 2: value } = data as readonly unknown[];
    if (kind === CALL) serve(id, value, data[3], data[4]);
    else if (kind === RESULT) settle(id)?.resolve(value);
    else if (kind === THROWN) settle(id)?.reject(value);
    else if (kind === ERROR) settle(id)?.reject(revive(value));
    else if (kind === ABORT) running.get(id)?.abort();
    else if (kind === RELEASE) callbacks.delete(id);
  });
  endpoint.addEventListener("close", () => {
    isClosed = true;
    clearTimeout(timer);
    channel.giveUp(closed());
    for (const controller of running.values()) controller.abort();
  });
  const channel: Channel = {
    api: undefined,
    timeoutMs: undefined,
    call: (target, args, timeoutMs = 5000, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw closed();
        signal?.throwIfAborted();
        const id = (lastId += 1);
        const ends: (() => void)[] = [];
        const deadline = performance.now() + timeoutMs;
        calls.set(id, { resolve, reject, signal, target, deadline, ends });
        try {
          const marks: Mark[] = [];
          const moved: Transferable[] = [];
          const sent = args.map((arg, index) => {
            const mark = markOf(arg, id, ends);
            if (mark === undefined) {
              moved.push(...movedWith(arg));
              return arg;
            }
            marks.push([index, mark]);
            return null;
          });
          post(marks[0] ? [CALL, id, target, sent, marks] : [CALL, id, target, sent], moved);
          arm(deadline);
        } catch (error) {
          settle(id);
          throw (error as Error)?.name === "DataCloneError"
            ? failure("validation", `The call of "${target}": ${error}`)
            : error;
        }
      }),
    giveUp(reason, signal) {
      for (const [id, call] of calls) if (!signal || call.signal === signal) abort(id, reason);
    },
  };
  return channel;
}

const closed = (): BusValidationError => failure("delivery", "The port is closed.");

function revive(flat: unknown): Error {
  const { name, message, code, stack } = Object(flat) as Flat;
  return Object.assign(new Error(), { name, message, code, stack });
}
