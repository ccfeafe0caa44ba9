/** What messages go by, and one listener for all that hear them. */

/** A MessagePort, a Worker, or `self` in a worker. */
export interface Endpoint {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: string, listener: (event: MessageEvent) => void): void;
  start?(): void;
}

const hearers = new WeakMap<Endpoint, ((data: unknown) => void)[]>();

/** Calls `hear` with the data of each message: for a browser, a further listener is dear. */
export function hearFrom(endpoint: Endpoint, hear: (data: unknown) => void): void {
  const others = hearers.get(endpoint) ?? [];
  others.push(hear);
  if (hearers.get(endpoint)) return;
  hearers.set(endpoint, others);
  endpoint.addEventListener("message", ({ data }) => {
    for (const each of others) each(data);
  });
  endpoint.start?.();
}
