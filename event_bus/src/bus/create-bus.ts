/** The bus: checks a message once and gives it to its subscribers, in the order of publishing. */

import { BusValidationError } from "../errors.ts";
import type { Message } from "../envelope/types.ts";
import { createAdmission } from "./admission.ts";
import {
  addListener,
  clearListeners,
  createListenerList,
  deliver,
  removeListener,
} from "./listeners.ts";
import type { ListenerList } from "./listeners.ts";
import { createQueue } from "./queue.ts";
import { guard, reportToPage } from "./report.ts";
import type { Bus, CreateBusOptions, Handler, PublishOutcome, Unsubscribe } from "./types.ts";

/** Throws BusValidationError where an option is wrong. */
export function createBus(options: CreateBusOptions): Bus {
  const { appId, defaultSubscriberId = appId, onDispatchError } = options;
  requireThat(isText(appId), "createBus needs an appId: a non-empty string.");
  const admit = createAdmission(
    options.validators ?? {},
    options.allowUnregisteredMessageNames ?? false,
  );
  const onSubscriberError = guard(options.onSubscriberError ?? reportToPage);
  const topics = new Map<string, ListenerList>();
  const observers = createListenerList();
  let disposed = false;

  const queue = createQueue<Message>((message) => {
    deliver(observers, message, undefined, onSubscriberError);
    const topic = topics.get(message.messageName);
    if (topic !== undefined) deliver(topic, message, message.target, onSubscriberError);
  }, options.dispatch === "sync");

  function attemptPublish(message: unknown): PublishOutcome {
    try {
      refuseIfDisposed();
      queue.push(admit(message));
      return { status: "delivered" };
    } catch (error) {
      return { status: "rejected", error: asValidationError(error) };
    }
  }

  function refuseIfDisposed(): void {
    if (!disposed) return;
    throw new BusValidationError("delivery", `The bus of "${appId}" is disposed.`);
  }

  function listen(list: ListenerList, handler: Handler, subscriberId: string): Unsubscribe {
    const listener = { handler, subscriberId };
    addListener(list, listener);
    return () => removeListener(list, listener);
  }

  return Object.freeze<Bus>({
    appId,
    publish(message) {
      const outcome = attemptPublish(message);
      if (outcome.status === "delivered") return;
      if (onDispatchError === undefined) throw outcome.error;
      onDispatchError(outcome.error, message);
    },
    attemptPublish,
    subscribe(messageName, handler, { subscriberId = defaultSubscriberId } = {}) {
      refuseIfDisposed();
      requireThat(
        isText(messageName) && typeof handler === "function",
        `subscribe needs a message name and a function; the name is "${messageName}".`,
      );
      let topic = topics.get(messageName);
      if (topic === undefined) topics.set(messageName, (topic = createListenerList()));
      const list = topic;
      const off = listen(list, handler as unknown as Handler, subscriberId);
      return () => {
        off();
        if (list.live === 0 && topics.get(messageName) === list) topics.delete(messageName);
      };
    },
    observeAll(handler) {
      refuseIfDisposed();
      requireThat(typeof handler === "function", "observeAll needs a function.");
      return listen(observers, handler, defaultSubscriberId);
    },
    dispose() {
      disposed = true;
      queue.clear();
      clearListeners(observers);
      for (const topic of topics.values()) clearListeners(topic);
      topics.clear();
    },
  });
}

function requireThat(holds: boolean, message: string): void {
  if (!holds) throw new BusValidationError("validation", message);
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

/** A getter or a proxy in the message may throw anything. */
function asValidationError(error: unknown): BusValidationError {
  if (error instanceof BusValidationError) return error;
  const problem = `The message could not be read: ${String(error)}`;
  return new BusValidationError("validation", problem, [], error);
}
