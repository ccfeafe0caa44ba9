/** The relay: what of a bus goes out over a line, and what comes in. */

import { matches, recall } from "../bus/patterns.ts";
import { answerTo, refusal } from "../bus/requests.ts";
import type { Bus } from "../bus/types.ts";
import { completeMessage } from "../envelope/complete.ts";
import type { Message, StateMessage } from "../envelope/types.ts";
import { BusPolicyError, BusValidationError } from "../errors.ts";
import type { StateEntry } from "../state/types.ts";
import { travelledOn } from "./travelled.ts";
import type { LineOptions } from "./types.ts";

export interface JoinOptions extends LineOptions {
  /** Who is at the far end: its subscriber id here, and the only source that it may speak as. */
  readonly peer: string;
  /**
   * The far end stands for everybody beyond it: any source comes in, any target goes out, anybody
   * there may answer.
   */
  readonly trusted?: boolean | undefined;
  /** The line has many far ends, all equal: refusals are not answered. */
  readonly broadcast?: boolean | undefined;
}

export interface Relay {
  /** The line is open: sends what waits. */
  open(): void;
  /** Takes what the far end sent, whatever it is. */
  receive(message: Message): void;
  /** Sends the values that the far end may read. */
  sendState(): void;
  leave(): void;
}

/**
 * Joins a bus to a line. `post` throws where a message cannot be cloned. Of two values of a state
 * the one with the higher revision counts, and of equal ones that with the higher message id; who
 * had the other one counts on and tells, so that all come to agree.
 */
export function joinBus(bus: Bus, post: (message: Message) => void, options: JoinOptions): Relay {
  const { peer, trusted, broadcast, state, topics = ["**"], waitingLimit = 1000 } = options;
  const { defaultSubscriberId: self, registry } = bus;
  const line = {};
  const linesOf = travelledOn(bus);
  const linesOfMessage = (message: Message) => linesOf(keyOf(message.source, message.messageId));
  const known = new Map<string, boolean>();
  const isTopic = (messageName: string): boolean =>
    recall(known, messageName, () => topics.some((topic) => matches(topic, messageName)));
  let waiting: Message[] | undefined = [];

  const entryOf = (message: Message): StateEntry | undefined =>
    message.kind === "state" ? state?.getEntry(message.stateKey) : undefined;

  /** Whether it answers what came or went by this line. */
  const isAnswer = ({ target, causationId }: Message): boolean =>
    !!causationId && linesOf(keyOf(target, causationId)).has(line);

  function forward(message: Message): void {
    const lines = linesOfMessage(message);
    if (lines.has(line)) return;
    lines.add(line);
    if (!waiting) send(message);
    else if (waiting.push(message) > waitingLimit) drop(waiting.shift() as Message);
  }

  function send(message: Message): void {
    const entry = entryOf(message);
    // A value goes whole, as a patch could meet another one; and not where a newer one follows.
    if (!entry) out(message);
    else if (entry.messageId === message.messageId) {
      out({ ...message, ...valueOf(entry) } as Message);
    }
  }

  function out(message: Message): void {
    try {
      post(message);
    } catch (error) {
      fail(message, "validation", String(error));
    }
  }

  const drop = (message: Message): void => fail(message, "delivery", "it is not connected.");

  /** Who asked is refused, in the name of who would have answered. */
  function fail(message: Message, code: "validation" | "delivery", problem: string): void {
    const error = new BusValidationError(code, `"${message.messageName}" to "${peer}": ${problem}`);
    const nack = refuse(message, error, trusted ? (message.target ?? self) : peer);
    if (!nack) return;
    linesOfMessage(nack).add(line);
    bus.attemptPublish(nack);
  }

  /** Reports the error; returns the refusal for who waits for an answer. */
  function refuse(message: Message, error: unknown, source: string): Message | undefined {
    bus.report(error, "transport");
    return message.kind === "query" || message.kind === "command"
      ? (answerTo(message, source, "nack", refusal(error)) as Message)
      : undefined;
  }

  function sendEntry({ stateKey, messageName, messageId, revision, value }: StateEntry): void {
    const mayRead = trusted || registry?.canSubscribe(messageName, peer) !== false;
    if (!mayRead || !isTopic(messageName)) return;
    const message = {
      messageName,
      messageId: messageId || undefined,
      kind: "state",
      source: self,
      stateKey,
      ...valueOf({ revision, value }),
    };
    out(completeMessage(message) as unknown as Message);
  }

  function receive(message: Message): void {
    const { messageName, target = self, stateKey = "" } = message as StateMessage;
    if (typeof messageName !== "string" || typeof stateKey !== "string") {
      bus.report(new BusValidationError("validation", `"${peer}" sent no message.`), "transport");
      return;
    }
    try {
      take(message);
    } catch (error) {
      const nack = refuse(message, error, trusted ? self : target);
      if (nack && !broadcast) out(nack);
      if (message.kind === "state" && state && !trusted) {
        const entry = entryOf(message) ?? { ...message, value: undefined };
        // Above what it has now, and by a new id, so that it takes it.
        sendEntry({ ...entry, messageId: "", revision: message.revision + 1 });
      }
    }
  }

  function take(message: Message): void {
    const { source, messageId, messageName } = message;
    if (!trusted && source !== peer) throw new BusPolicyError(`"${peer}" is not "${source}".`);
    if (!isTopic(messageName) && !isAnswer(message)) {
      throw new BusPolicyError(`"${messageName}" is not for "${peer}".`);
    }
    const lines = linesOfMessage(message);
    const isKnown = lines.size > 0;
    lines.add(line);
    const entry = entryOf(message);
    // State goes by its revisions.
    if (isKnown && !entry) return;
    let taken = message;
    if (entry && message.kind === "state" && message.revision <= entry.revision) {
      if (message.revision < entry.revision || messageId <= entry.messageId) {
        if (messageId !== entry.messageId) sendEntry(entry);
        return;
      }
      taken = { ...message, revision: entry.revision + 1 };
    }
    const outcome = bus.attemptPublish(taken);
    if (outcome.status === "rejected") {
      // A corrected one may come under the same id.
      lines.clear();
      throw outcome.error;
    }
    if (taken !== message) sendEntry(entryOf(message) as StateEntry);
  }

  // Tabs start with the same values: what nobody has changed has no id, and need not be sent.
  const sendState = (): void =>
    state?.entries().forEach((entry) => (entry.messageId || !broadcast) && sendEntry(entry));

  const who = { subscriberId: trusted ? undefined : peer, replay: broadcast ? 0 : undefined };
  const ends = topics.map((topic) => bus.subscribe(topic, forward, who));
  // Subscribers do not see answers, which have names of their own, nor what is meant for others.
  ends.push(
    bus.observeAll((message) => {
      if (isAnswer(message) || (trusted && isTopic(message.messageName))) forward(message);
    }, who),
  );

  return {
    open() {
      const late = waiting ?? [];
      waiting = undefined;
      if (!trusted) sendState();
      for (const message of late) {
        if (trusted || entryOf(message)?.value === undefined) send(message);
      }
    },
    receive,
    sendState,
    leave() {
      for (const end of ends) end();
      waiting?.forEach(drop);
      waiting = undefined;
    },
  };
}

const keyOf = (source: string | undefined, messageId: string): string => `${source}\n${messageId}`;

const valueOf = ({ value, revision }: Pick<StateEntry, "value" | "revision">) => ({
  operation: value === undefined ? "remove" : "replace",
  revision,
  payload: value,
});
