/** One complete message of each kind, for tests. */

import type { Message, MessageKind, UserContext } from "./types.ts";

const base = {
  messageName: "cart:item-added",
  messageVersion: 1,
  messageId: "5f1c2a34-9d1e-4c77-8f6e-0a1b2c3d4e5f",
  correlationId: "0b9f7c52-1e4d-4a3b-9c8d-7e6f5a4b3c2d",
  source: "recommendations",
  occurredAtUtc: "2026-05-01T10:00:00.000Z",
  sensitivity: "internal",
} as const;

const user: UserContext = { userId: "u1", displayName: "Ada", rolesForUi: ["buyer"] };

export const messages: { readonly [K in MessageKind]: Extract<Message, { kind: K }> } = {
  event: { ...base, kind: "event", eventKind: "item-added", payload: { id: "p1" } },
  command: { ...base, kind: "command", commandName: "open-cart", payload: {} },
  query: { ...base, kind: "query", queryName: "cart-size", payload: {} },
  state: {
    ...base,
    kind: "state",
    stateKey: "cart",
    operation: "replace",
    revision: 0,
    payload: {},
  },
  "user-context": { ...base, kind: "user-context", payload: user },
};

/** The event with other values, which need not be valid. */
export function eventWith(changes: Record<string, unknown>): Message {
  return { ...messages.event, ...changes } as Message;
}
