/** Joins the bus of a worker to the page's. */

import type { Bus } from "../bus/types.ts";
import { connect } from "./connect.ts";
import type { Door } from "./connect.ts";
import type { Connection, ConnectWorkerOptions } from "./types.ts";

/** A worker as its page sees it, or the page as the worker's global scope shows it. */
export interface WorkerEnd {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

export function connectWorker(
  bus: Bus,
  worker: WorkerEnd,
  options: ConnectWorkerOptions,
): Connection {
  return connect(bus, workerDoor(worker), options.name, true, options);
}

export function workerDoor(worker: WorkerEnd): Door {
  return {
    post: (frame, ports) => worker.postMessage(frame, ports),
    listen(hear) {
      const listener = ({ data, ports }: MessageEvent): void => hear(data, ports);
      worker.addEventListener("message", listener);
      return () => worker.removeEventListener("message", listener);
    },
  };
}
