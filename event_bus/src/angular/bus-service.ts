/** The bus as an Angular service, with observables. */

import { ɵɵdefineInjectable } from "@angular/core";
import { Observable } from "rxjs";
import { isHostBus, isLive, listen, publishOn } from "../adapter/any-bus.ts";
import type { AnyBus, ListenOptions, Publish } from "../adapter/any-bus.ts";
import type { HandleRequestOptions } from "../bridge/types.ts";
import type { BeforeDeliverHook, Bus, RequestOptions, Unsubscribe } from "../bus/types.ts";
import type { AckResult, CommandMessage, Message, MessageBase } from "../envelope/types.ts";
import type { Validator } from "../envelope/validator.ts";
import { injectBus } from "./tokens.ts";

/** Over a host's bus it takes whole messages; over a fragment's handle, names and payloads. */
export class BusService {
  /** What Angular reads in place of a decorator, which would need its compiler. */
  static readonly ɵprov: unknown = /* @__PURE__ */ ɵɵdefineInjectable({
    token: BusService,
    providedIn: "root",
    factory: () => new BusService(injectBus()),
  });

  readonly bus: AnyBus;
  /** A message, or the name and payload of an event. */
  readonly publish: Publish;

  constructor(bus: AnyBus) {
    this.bus = bus;
    this.publish = publishOn(bus);
  }

  /** Resolves to the answer over a bus, to the answer's payload over a handle. */
  request<R extends MessageBase = Message>(
    message: MessageBase,
    timeoutMs?: number | RequestOptions,
    validator?: Validator<R>,
  ): Promise<R>;
  request<R = unknown>(
    messageName: string,
    payload?: unknown,
    options?: HandleRequestOptions,
  ): Promise<R>;
  async request(asked: MessageBase | string, second?: unknown, third?: unknown): Promise<unknown> {
    return (this.bus as Bus).request(asked as never, second as never, third as never);
  }

  /** Resolves to whether the command was taken; never rejects. */
  sendCommand(message: CommandMessage): Promise<AckResult>;
  sendCommand(
    messageName: string,
    payload?: unknown,
    options?: HandleRequestOptions,
  ): Promise<AckResult>;
  sendCommand(
    command: CommandMessage | string,
    payload?: unknown,
    options?: HandleRequestOptions,
  ): Promise<AckResult> {
    return isHostBus(this.bus)
      ? this.bus.sendCommand(command as CommandMessage)
      : this.bus.command(command as string, payload, options);
  }

  /** The messages of a name or pattern, from when it is subscribed to; completes with the bus. */
  messages$<M extends MessageBase = Message>(
    messageName: string,
    options: Omit<ListenOptions, "bus"> = {},
  ): Observable<M> {
    return this.#observable<M>((next) => listen(this.bus, messageName, next, options));
  }

  /** Every message that the bus or the handle may read. */
  observeAll$(): Observable<Message> {
    return this.#observable<Message>((next) =>
      isHostBus(this.bus) ? this.bus.observeAll(next) : this.bus.observe(next),
    );
  }

  /** As `Bus.registerBeforeDeliver`. Throws over a fragment's handle, which may not do that. */
  registerBeforeDeliver(hook: BeforeDeliverHook): Unsubscribe {
    if (isHostBus(this.bus)) return this.bus.registerBeforeDeliver(hook);
    throw new Error("registerBeforeDeliver needs a host's bus; this is a fragment's handle.");
  }

  dispose(): void {
    this.bus.dispose();
  }

  #observable<M>(start: (next: (message: M) => void) => Unsubscribe): Observable<M> {
    return new Observable<M>((subscriber) => {
      if (!isLive(this.bus)) {
        subscriber.complete();
        return;
      }
      const complete = (): void => subscriber.complete();
      subscriber.add(onEnd(this.bus, complete));
      subscriber.add(start((message) => subscriber.next(message)));
    });
  }
}

function onEnd(bus: AnyBus, ended: () => void): Unsubscribe {
  if (isHostBus(bus)) return bus.onDispose(ended);
  bus.signal.addEventListener("abort", ended);
  return () => bus.signal.removeEventListener("abort", ended);
}
