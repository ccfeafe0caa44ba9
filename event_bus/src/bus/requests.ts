/** Queries and commands that wait for their answer, and the answers. */

import { BusPolicyError } from "../errors.ts";
import type { BusError, BusValidationError, ErrorCode, Issue } from "../errors.ts";
import { completeMessage } from "../envelope/complete.ts";
import type {
  AckResult,
  CommandMessage,
  EventMessage,
  Message,
  QueryMessage,
} from "../envelope/types.ts";
import { runValidator } from "../envelope/validator.ts";
import { invalid, listOf } from "./admission.ts";
import type { Lifetimes } from "./lifetimes.ts";
import { textOf } from "./report.ts";
import type { RequestOptions } from "./types.ts";

const TIMEOUT_MS = 5000;
/** Above it, setTimeout fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface Pending {
  /** Ids of the subscribers that were given the question. */
  readonly receivers: string[];
  /** Takes a delivered message that may be the answer. */
  offer(answer: Message): void;
  fail(error: unknown): void;
}

/** What is common to questions of both kinds. */
type Question = Message &
  Pick<QueryMessage, "timeoutMs" | "expectedResult"> &
  Pick<CommandMessage, "ackTimeoutMs">;

/** What the bus lends to the questions that it is asked. */
export interface Asking {
  /**
   * Publishes; hands the message as it is taken to its second argument, which may throw, before it
   * is queued; and returns why it was not.
   */
  take(message: unknown, onTaken: (message: Message) => void): BusError | undefined;
  readonly open: Lifetimes["open"];
  /** By the id of the question. */
  readonly pending: Map<string, Pending>;
  /** The id of subscribers that named none, so that the source of an answer says nothing. */
  readonly anonymous: string;
  onTimeout(messageId: string): void;
}

/** Publishes a question and waits for its answer. */
export function ask(
  { take, open, pending, anonymous, onTimeout }: Asking,
  message: unknown,
  { timeoutMs, validator, signal }: RequestOptions = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let fail: (error: unknown) => void = reject;
    const error = take(message, (taken) => {
      const question = taken as Question;
      const { messageId, messageName, target, expectedResult } = question;
      if (pending.has(messageId)) throw duplicate(taken);
      const receivers: string[] = [];
      const wait = timeoutMs ?? question.timeoutMs ?? question.ackTimeoutMs ?? TIMEOUT_MS;
      let problem = "";
      const timer = setTimeout(
        () => {
          fail(invalid(`No answer to "${messageName}" in ${wait} ms.${problem}`, "timeout"));
          onTimeout(messageId);
        },
        Math.min(wait, MAX_TIMEOUT_MS),
      );
      const end = open(
        (reason) => {
          pending.delete(messageId);
          clearTimeout(timer);
          // Of no effect where it is settled.
          reject(reason);
        },
        signal,
      );
      fail = (reason) => {
        reject(reason);
        end();
      };

      function offer(answer: Message): void {
        const { source, messageName: name, payload } = answer;
        const may = target
          ? source === target
          : receivers.some((id) => id === source || id === anonymous);
        if (!may) return;
        if ((answer as Partial<EventMessage>).eventKind === "nack") {
          const { message: why, errorCode } = Object(payload) as Record<string, unknown>;
          return fail(new BusPolicyError(`${why}`, `${errorCode}` as ErrorCode));
        }
        const issues: Issue[] = [];
        let value: unknown = answer;
        if (validator) value = runValidator(validator, answer, issues);
        else if ((expectedResult ?? name) !== name) {
          issues.push({ path: [], message: `it is not "${expectedResult}"` });
        }
        if (issues.length) problem = ` "${name}" came, but ${listOf(issues)}.`;
        else {
          resolve(value);
          end();
        }
      }
      pending.set(messageId, { receivers, offer, fail });
    });
    if (error) fail(error);
  });
}

export function duplicate({ messageName, messageId }: Message): BusValidationError {
  return invalid(`"${messageName}" ${messageId} came before.`, "dedupe");
}

/** An answer to a question: `name:eventKind`, unless it has another name. */
export function answerTo(
  { messageName, messageVersion, messageId, correlationId, source: target }: Message,
  source: string,
  eventKind: string,
  payload: unknown,
  name: string = `${messageName}:${eventKind}`,
): object {
  return completeMessage({
    messageName: name,
    messageVersion,
    correlationId,
    causationId: messageId,
    source,
    target,
    kind: "event",
    eventKind,
    payload,
  });
}

/** The payload of a refusal. */
export function refusal(error: unknown): object {
  const { code = "unknown" } = Object(error) as { code?: unknown };
  return { errorCode: code, message: textOf(error) };
}

/** Ack; Nack where there is an error. */
export function acknowledge(correlationId: string, error?: unknown): AckResult {
  return {
    accepted: !error,
    correlationId,
    ...(error ? refusal(error) : undefined),
    receivedAtUtc: new Date().toISOString(),
  } as AckResult;
}
