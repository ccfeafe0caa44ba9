import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import type { Bus } from "../bus/types.ts";
import type { EventMessage } from "../envelope/types.ts";
import { connect } from "./connect.ts";
import type { Door, Frame } from "./connect.ts";
import { workerDoor } from "./connect-worker.ts";
import { event, query } from "./lines.fixture.ts";
import type { Connection, ConnectionState, ConnectWorkerOptions } from "./types.ts";

type Options = Omit<ConnectWorkerOptions, "name">;

const opened: (Connection | MessagePort)[] = [];
after(() => {
  for (const each of opened) each.close();
});

interface End {
  readonly bus: Bus;
  readonly reports: string[];
  readonly states: ConnectionState[];
  open(options?: Options): Connection;
}

/** The two ends of a line whose windows are ports; `said` is what goes between the windows. */
function openEnds(): { host: End; child: End; said: Frame[]; hostPort: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  opened.push(port1, port2);
  const said: Frame[] = [];
  const make = (appId: string, port: MessagePort, isHost: boolean): End => {
    const reports: string[] = [];
    const states: ConnectionState[] = [];
    const bus = createBus({
      appId,
      allowUnregisteredMessageNames: true,
      observability: { onError: (error) => reports.push((error as Error).message) },
    });
    const door: Door = {
      ...workerDoor(port),
      post(frame, ports) {
        said.push(frame);
        port.postMessage(frame, ports);
      },
    };
    return {
      bus,
      reports,
      states,
      open(options = {}) {
        port.start();
        const onStateChange = (state: ConnectionState) => states.push(state);
        const peer = isHost ? "widget" : "parent";
        const connection = connect(bus, door, peer, isHost, { onStateChange, ...options });
        opened.push(connection);
        return connection;
      },
    };
  };
  return {
    host: make("shop", port1, true),
    child: make("widget", port2, false),
    said,
    hostPort: port1,
  };
}

const heard = (bus: Bus, name: string): Promise<unknown> =>
  new Promise((resolve) => {
    bus.subscribe<EventMessage>(name, ({ payload }) => resolve(payload), { once: true });
  });

const turns = async (count = 5): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

describe("the handshake", () => {
  for (const first of ["host", "child"] as const) {
    test(`opens the line when the ${first} is first, and messages wait for it`, async () => {
      const { host, child } = openEnds();
      const second = first === "host" ? child : host;
      const other = first === "host" ? host : child;
      const early = other.open();
      other.bus.publish(event("note", other.bus.appId, "early"));
      await turns();
      assert.equal(early.state, "connecting");
      assert.equal(early.port, undefined);
      const note = heard(second.bus, "note");
      const late = second.open();
      await Promise.all([early.ready, late.ready]);
      assert.equal(await note, "early");
      assert.deepEqual([host.states, child.states], [["open"], ["open"]]);
    });
  }

  test("serves requests both ways", async () => {
    const { host, child } = openEnds();
    host.bus.respond("total", () => 7);
    child.bus.respond("size", () => 8);
    host.open();
    child.open();
    const asked = await child.bus.request<EventMessage>(query("total", "widget"));
    const answered = await host.bus.request<EventMessage>(query("size", "cart"));
    assert.deepEqual([asked.payload, answered.payload], [7, 8]);
  });

  test("gives up after its retries, with a clear error, and says so", async () => {
    const { host } = openEnds();
    const connection = host.open({ timeoutMs: 1, retries: 2, backoffMs: 1 });
    await assert.rejects(connection.ready, {
      name: "BusValidationError",
      code: "timeout",
      message: '"widget" did not connect in 3 attempts.',
    });
    assert.deepEqual(host.states, ["closed"]);
    assert.deepEqual(host.reports, ['"widget" did not connect in 3 attempts.']);
    assert.equal(host.bus.subscriptions().size, 0);
  });

  test("is tried again when a port was not acknowledged", async () => {
    const { host, child, said } = openEnds();
    const connection = host.open({ timeoutMs: 5, backoffMs: 1, retries: 1000 });
    // Another document said that it was ready, and went.
    child.open().close();
    await until(() => said.filter(({ tiny }) => tiny === "hello").length > 2);
    child.open();
    await connection.ready;
    assert.equal(connection.state, "open");
  });

  test("refuses an init that nobody asked for, or that was used before", async () => {
    const { host, child, said, hostPort } = openEnds();
    const connection = host.open();
    const line = child.open();
    await Promise.all([line.ready, connection.ready]);
    const used = said.find(({ tiny }) => tiny === "init") as Frame;
    for (const id of [used.id, "guessed"]) {
      const { port1, port2 } = new MessageChannel();
      opened.push(port1);
      hostPort.postMessage({ ...used, id }, [port2]);
    }
    await until(() => child.reports.length === 2);
    assert.deepEqual(child.reports, Array(2).fill('"parent" replayed a handshake.'));
    assert.deepEqual([line.state, connection.state], ["open", "open"]);
  });

  test("is not confused by what is no frame of it", async () => {
    const { host, child, hostPort } = openEnds();
    const line = child.open();
    for (const junk of [null, 1, "init", [], { tiny: {} }, { tiny: "init" }, { tiny: "ready" }]) {
      hostPort.postMessage(junk);
    }
    const connection = host.open();
    await Promise.all([line.ready, connection.ready]);
    for (const junk of [null, 1, "x", [0, 1], { tiny: "ack", id: 1 }, { message: 5 }, {}]) {
      line.port?.postMessage(junk);
    }
    await until(() => host.reports.length > 0);
    assert.equal(connection.state, "open");
  });
});

describe("an open line", () => {
  test("is opened anew, over another port, when the child's document is another", async () => {
    const { host, child } = openEnds();
    const connection = host.open();
    const before = child.open();
    await Promise.all([before.ready, connection.ready]);
    const old = connection.port;
    before.close();
    await until(() => connection.state === "lost");
    assert.equal(connection.port, undefined);
    host.bus.publish(event("note", "cart", "while it was lost"));
    const anew = child.open();
    const note = heard(child.bus, "note");
    await anew.ready;
    assert.equal(await note, "while it was lost");
    assert.notEqual(connection.port, old);
    assert.deepEqual(host.states, ["open", "lost", "open"]);
  });

  test("is lost when nothing answers the pings", async () => {
    const { host, child } = openEnds();
    host.open({ pingIntervalMs: 1 });
    const silent = child.open();
    await silent.ready;
    (silent.port as MessagePort).postMessage = () => {};
    await until(() => host.states.includes("lost"));
  });

  test("that the host closes is lost at the child, which tries again and gives up", async () => {
    const { host, child } = openEnds();
    const connection = host.open();
    const line = child.open({ timeoutMs: 5, backoffMs: 1, retries: 0 });
    await Promise.all([line.ready, connection.ready]);
    connection.close();
    await until(() => line.state === "closed");
    assert.deepEqual(child.states, ["open", "lost", "closed"]);
    assert.deepEqual(host.states, ["open", "closed"]);
  });

  test("ends with its bus", async () => {
    const { host, child } = openEnds();
    const connection = host.open();
    const line = child.open();
    await Promise.all([line.ready, connection.ready]);
    host.bus.dispose();
    assert.equal(connection.state, "closed");
    await until(() => line.state === "lost");
  });

  test("closed before it opens rejects who waits for it", async () => {
    const { host } = openEnds();
    const connection = host.open();
    connection.close();
    connection.close();
    await assert.rejects(connection.ready, { code: "delivery" });
  });

  test("that its far end asks for again and again stays one line", async () => {
    const { host, child, said } = openEnds();
    const connection = host.open();
    for (let count = 0; count < 200; count += 1) child.open().close();
    const line = child.open();
    await line.ready;
    await until(() => connection.state === "open");
    assert.ok(said.length > 200);
    const note = heard(child.bus, "note");
    host.bus.publish(event("note", "cart", "one"));
    assert.equal(await note, "one");
    assert.deepEqual([...host.bus.subscriptions()], [["widget", 2]]);
  });
});
