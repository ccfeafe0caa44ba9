/** The bus: checks a message once and gives it to its subscribers, in the order of publishing. */

import { BusPolicyError, BusValidationError } from "../errors.ts";
import type { BusError } from "../errors.ts";
import type { Message, MessageBase, QueryMessage } from "../envelope/types.ts";
import { ageOf, createAdmission, invalid } from "./admission.ts";
import { createDedupe } from "./dedupe.ts";
import { createDeliver } from "./delivery.ts";
import { createLifetimes } from "./lifetimes.ts";
import { createRoutes } from "./listeners.ts";
import type { Listener } from "./listeners.ts";
import { createLog } from "./log.ts";
import type { Watcher } from "./log.ts";
import { isPattern } from "./patterns.ts";
import { defaultSensitivityPolicy } from "./policies.ts";
import { createQueue } from "./queue.ts";
import { TopicRegistry } from "./registry.ts";
import { guard, textOf } from "./report.ts";
import { acknowledge, answerTo, ask, duplicate, refusal } from "./requests.ts";
import type { Asking, Pending } from "./requests.ts";
import { createRetained } from "./retained.ts";
import { createStream } from "./stream.ts";
import { createFailed, createTell } from "./watch.ts";
import type {
  BeforeDeliverHook,
  Bus,
  CreateBusOptions,
  Handler,
  PublishOutcome,
  RequestOptions,
  StreamOptions,
  SubscribeOptions,
  Unsubscribe,
} from "./types.ts";

const DELIVERED: PublishOutcome = Object.freeze({ status: "delivered" });

/**
 * One long function, because what its parts share is then private.
 * Throws BusValidationError where an option is wrong.
 */
export function createBus(options: CreateBusOptions): Bus {
  const {
    appId,
    defaultSubscriberId = appId,
    validators = {},
    dedupe,
    policy,
    autoRegisterTopics,
    registry = autoRegisterTopics ? new TopicRegistry() : undefined,
    messageTtlMs,
    retain,
    logLimit,
    observability,
    onDispatchError,
    onDedupe,
  } = options;
  requireText(appId, "appId");
  if (autoRegisterTopics) registry?.registerFromValidators(validators);

  const admit = createAdmission(validators, options.allowUnregisteredMessageNames, messageTtlMs);
  const isKnown = dedupe?.enabled ? createDedupe(dedupe.windowMs, dedupe.maxIds) : undefined;
  const retained = retain && createRetained(retain);
  const log = logLimit ? createLog(logLimit) : undefined;
  const watchers = [observability, log].filter(Boolean) as Watcher[];
  const watched = watchers.length > 0;
  const routes = createRoutes();
  const { open, end } = createLifetimes();
  const pending = new Map<string, Pending>();
  let disposed = false;
  let hooks: readonly BeforeDeliverHook[] = [
    options.enableDefaultSensitivityPolicy !== false && defaultSensitivityPolicy,
    policy && ((message: Message) => void policy(message)),
    registry && ((message: Message) => registry.assertCanPublish(message)),
  ].filter((hook) => typeof hook === "function");

  const tell = createTell(watchers);
  const report: Bus["report"] = (error, context) => tell("onError", error, context);
  const failed = createFailed(tell, options, defaultSubscriberId);
  const deliver = createDeliver(registry, failed);

  function dispatch(message: Message): void {
    const { messageName, messageId, causationId } = message;
    const asked = pending.size ? pending.get(messageId) : undefined;
    const receivers = asked?.receivers ?? (watched ? [] : undefined);
    const start = watched ? performance.now() : 0;
    if (watched) tell("onDeliver", message);
    retained?.record(message);
    routes.of(messageName).forEach((list, index) => {
      if (list) {
        // The first list is that of the observers.
        if (index) deliver(list.entries, message, receivers);
        else deliver(list.entries, message, undefined, "observeAll");
      }
    });
    const question = causationId && pending.get(causationId);
    // Guarded, because a refusal may be made of anything.
    if (question) guard(() => question.offer(message));
    if (watched) tell("onDelivered", message, receivers as string[], performance.now() - start);
  }

  const gone = (what = "is disposed") => invalid(`The bus of "${appId}" ${what}.`, "delivery");

  const queue = createQueue<Message>(
    dispatch,
    (message) => {
      const error = gone("is full");
      pending.get(message.messageId)?.fail(error);
      tell("onReject", error, message);
    },
    options.dispatch === "sync",
    options.queue,
  );

  /** Returns why the message was not taken. */
  function take(message: unknown, onTaken?: (message: Message) => void): BusError | undefined {
    let taken: Message | undefined;
    try {
      refuseIfDisposed();
      if (watched) tell("onPublish", message as MessageBase);
      if (queue.full()) throw gone("is full");
      const copy = (taken = admit(message));
      if (isKnown?.(copy)) {
        guard(() => onDedupe?.(copy));
        throw duplicate(copy);
      }
      onTaken?.(copy);
      const commits = [];
      for (const hook of hooks) {
        const commit = hook(copy);
        if (typeof commit === "function") commits.push(commit);
      }
      isKnown?.(copy, true);
      commits.forEach(guard);
      if (watched) tell("onQueued", copy);
    } catch (cause) {
      const error = asBusError(cause, taken);
      tell("onReject", error, message);
      if (error.code !== "dedupe") report(error, "dispatch");
      return error;
    }
    queue.push(taken);
    return undefined;
  }

  function refuseIfDisposed(): void {
    if (disposed) throw gone();
  }

  /** Without a name: to every message. */
  function listen(
    name: string,
    handler: unknown,
    { subscriberId, once, signal, replay = Infinity }: SubscribeOptions = {},
    onEnd?: () => void,
  ): Unsubscribe {
    refuseIfDisposed();
    requireThat(typeof handler === "function", "The handler must be a function.");
    const id = subscriberId ?? defaultSubscriberId;
    if (name && !isPattern(name)) registry?.assertCanSubscribe(name, id);
    const call = handler as Handler;
    const listener: Listener = {
      subscriberId: name ? id : subscriberId,
      listed: false,
      handler: once ? (message) => (off(), call(message)) : call,
    };
    const remove = (): void => routes.remove(name, listener);
    // Most have nothing that ends them but their own off and the bus: that much is cheap.
    const off = signal || onEnd ? open(() => (remove(), onEnd?.()), signal) : remove;
    if (name && replay && retained?.covers(name)) {
      queue.push(() => {
        for (const message of retained.of(name, replay)) {
          if (ageOf(message) > (messageTtlMs as number)) continue;
          deliver([listener], message, pending.get(message.messageId)?.receivers);
        }
        routes.add(name, listener);
      });
    } else routes.add(name, listener);
    return off;
  }

  function subscribe(
    name: string,
    handler: unknown,
    given?: SubscribeOptions,
    onEnd?: () => void,
  ): Unsubscribe {
    requireText(name, "message name");
    return listen(name, handler, given, onEnd);
  }

  const asking: Asking = {
    take,
    open,
    pending,
    anonymous: defaultSubscriberId,
    onTimeout: (messageId) => tell("onRequestTimeout", messageId),
  };

  return Object.freeze<Bus>({
    appId,
    defaultSubscriberId,
    registry,
    get disposed() {
      return disposed;
    },
    publish(message) {
      const error = take(message);
      if (!error || error.code === "dedupe") return;
      if (!onDispatchError) throw error;
      guard(() => onDispatchError(error, message));
    },
    attemptPublish(message) {
      const error = take(message);
      if (!error) return DELIVERED;
      return error.code === "dedupe" ? { status: "dedupe" } : { status: "rejected", error };
    },
    subscribe: (name, handler, given) => subscribe(name, handler, given),
    messages: <M extends MessageBase>(name: string, given: StreamOptions = {}) =>
      createStream<M>(
        (push, onEnd) => subscribe(name, push, given, onEnd),
        (message) =>
          failed(gone("has a slow reader"), message as unknown as Message, given.subscriberId),
        given.limit,
      ),
    observeAll: (handler, given) => listen("", handler, given),
    registerBeforeDeliver(hook) {
      const own: BeforeDeliverHook = (message) => hook(message);
      hooks = [...hooks, own];
      return () => {
        hooks = hooks.filter((other) => other !== own);
      };
    },
    request: <R extends MessageBase>(
      message: MessageBase,
      given?: number | RequestOptions,
      validator?: RequestOptions["validator"],
    ) =>
      ask(asking, message, {
        validator,
        ...(typeof given === "number" ? { timeoutMs: given } : given),
      }) as Promise<R>,
    async sendCommand(command) {
      let correlationId = "";
      try {
        correlationId = command.correlationId;
        await ask(asking, command);
        return acknowledge(correlationId);
      } catch (error) {
        return acknowledge(correlationId, asBusError(error));
      }
    },
    respond: (name, handler, given) =>
      subscribe(
        name,
        async (message: Message) => {
          const { kind, expectedResult } = message as QueryMessage;
          const eventKind = { query: "result", command: "ack" }[kind as string];
          if (!eventKind) return;
          const answer = (...rest: [eventKind: string, payload: unknown, name?: string]) =>
            take(answerTo(message, given?.subscriberId ?? defaultSubscriberId, ...rest));
          try {
            const refused = answer(eventKind, await handler(message), expectedResult);
            if (refused) throw refused;
          } catch (error) {
            report(error, "request");
            answer("nack", refusal(error));
          }
        },
        given,
      ),
    log: () => log?.records() ?? [],
    report,
    subscriptions() {
      const counts = new Map<string, number>();
      for (const { subscriberId = defaultSubscriberId } of routes.all()) {
        counts.set(subscriberId, (counts.get(subscriberId) ?? 0) + 1);
      }
      return counts;
    },
    onDispose(callback) {
      const off = open(() => disposed && callback());
      if (disposed) off();
      return off;
    },
    dispose() {
      disposed = true;
      queue.clear();
      end(gone());
      for (const listener of routes.all()) listener.handler = undefined;
    },
  });
}

/** What a getter or proxy in the message threw; or, where it was taken, a policy or hook. */
function asBusError(cause: unknown, taken?: unknown): BusError {
  // By its code, because it may come from another bundle's copy of the classes.
  if (typeof (cause as Partial<BusError> | null)?.code === "string") return cause as BusError;
  const text = textOf(cause);
  return taken ? new BusPolicyError(text) : new BusValidationError("validation", text, [], cause);
}

function requireThat(holds: boolean, message: string): void {
  if (!holds) throw invalid(message);
}

function requireText(value: unknown, what: string): void {
  requireThat(!!value && typeof value === "string", `The ${what} must be a non-empty string.`);
}
