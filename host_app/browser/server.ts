/** What the shop's script asks of the host: to change what the host keeps, or to say it again. */

import type { Cart, Preferences, Session } from "./contracts.ts";

/** What `host_app.visitor.shared_state` says. */
export interface VisitorState {
  readonly "shop:cart": Cart;
  readonly "shop:session": Session;
  readonly "shop:preferences": Preferences;
}

/** The host does not take what it was sent, and will not take it later either. */
export class RefusedError extends Error {}

async function ask<T>(url: string, options: RequestInit): Promise<T> {
  const headers = { Accept: "application/json", ...options.headers };
  const response = await fetch(url, { ...options, headers });
  if (!response.ok) {
    const problem = `${options.method ?? "GET"} ${url} answered ${response.status}`;
    throw response.status < 500 ? new RefusedError(problem) : new Error(problem);
  }
  return (await response.json()) as T;
}

let turn: Promise<unknown> = Promise.resolve();

/** One after the other: the answers of two that change the session set the same cookie. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work, work);
  turn = mine;
  return mine;
}

export const loadVisitor = (url: string): Promise<VisitorState> => ask(url, { cache: "no-store" });

export const postForm = (url: string, fields: URLSearchParams): Promise<VisitorState> =>
  inTurn(() => ask(url, { method: "POST", body: fields }));

/** Keeps what the host knows of: prices and names in the answer are its own. */
export function putCart(url: string, { items }: Cart, leaving: boolean): Promise<Cart> {
  const body = JSON.stringify({ items: items.map(({ id, quantity }) => ({ id, quantity })) });
  const send = (): Promise<Cart> =>
    ask(url, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body,
      keepalive: true,
    });
  // A page that is being left has no later turn.
  return leaving ? send() : inTurn(send);
}
