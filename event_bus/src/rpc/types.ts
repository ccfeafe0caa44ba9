/** Calls over a port: what can be called, and how it looks from the far side. */

export type { Endpoint } from "../transport/endpoint.ts";

export interface RpcOptions {
  /** Milliseconds that a call may take. Default 5,000; Infinity for no limit. */
  readonly timeoutMs?: number | undefined;
}

export interface WrapOptions extends RpcOptions {
  /** Ends the remote: the calls that wait, and later ones, reject with its reason. */
  readonly signal?: AbortSignal | undefined;
}

// Its parameters are contravariant: `never` admits every function.
type AnyFunction = (...args: never[]) => unknown;

/** The exposed object as the far side calls it: every function answers with a promise. */
export type Remote<T> = {
  readonly [K in keyof T as T[K] extends AnyFunction | object ? K : never]: T[K] extends (
    ...args: infer A
  ) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : Remote<T[K]>;
};
