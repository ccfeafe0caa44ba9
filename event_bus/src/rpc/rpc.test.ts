import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Worker } from "node:worker_threads";

import { expose } from "./expose.ts";
import { keep, release, transfer } from "./ownership.ts";
import type { Endpoint, Remote } from "./types.ts";
import { wrap } from "./wrap.ts";

const ports: MessagePort[] = [];
after(() => {
  for (const port of ports) port.close();
});

function openPorts(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return [port1, port2];
}

function call<T extends object>(api: T, options: { timeoutMs?: number } = {}): Remote<T> {
  const [near, far] = openPorts();
  expose(api, far);
  return wrap<T>(near, options);
}

const forever = (): Promise<never> => new Promise(() => {});
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("a call", () => {
  test("gives its result, of a function that returns it or promises it", async () => {
    const remote = call({
      add: (one: number, two: number) => one + two,
      later: async (value: string) => value,
      math: { pi: { digits: () => 3.14 } },
    });
    assert.equal(await remote.add(1, 2), 3);
    assert.equal(await remote.later("x"), "x");
    assert.equal(await remote.math.pi.digits(), 3.14);
    assert.deepEqual(await Promise.all([1, 2, 3].map((n) => remote.add(n, n))), [2, 4, 6]);
  });

  test("has the exposed object as this", async () => {
    const remote = call({
      count: 1,
      next() {
        this.count += 1;
        return this.count;
      },
    });
    assert.equal(await remote.next(), 2);
  });

  test("rejects with the error of the far side: its name, message, code and stack", async () => {
    const remote = call({
      fail() {
        throw Object.assign(new RangeError("too far"), { code: "E_FAR" });
      },
    });
    await assert.rejects(remote.fail(), (error: Error & { code?: string }) => {
      assert.ok(error instanceof Error);
      assert.equal(`${error.name} ${error.message} ${error.code}`, "RangeError too far E_FAR");
      assert.match(error.stack ?? "", /rpc\.test/);
      return true;
    });
  });

  test("rejects with what was thrown where that is no error", async () => {
    const remote = call({
      async fail(what: unknown) {
        throw what;
      },
      odd() {
        throw Symbol("odd");
      },
    });
    for (const thrown of ["text", { code: 7 }, undefined, null, 0]) {
      await assert.rejects(remote.fail(thrown), (error) => {
        assert.deepEqual(error, thrown);
        return true;
      });
    }
    await assert.rejects(remote.odd(), { code: "validation", message: /result of "odd"/ });
  });

  test("rejects when it takes too long, and the others go on", async () => {
    const [near, far] = openPorts();
    expose({ forever, now: () => 1 }, far);
    const impatient = wrap<{ forever(): number }>(near, { timeoutMs: 5 });
    const patient = wrap<{ now(): number }>(near, { timeoutMs: Infinity });
    await assert.rejects(impatient.forever(), { code: "timeout", message: /"forever" in time/ });
    assert.equal(await patient.now(), 1);
  });

  test("rejects at once where an argument cannot be sent, and says which call", async () => {
    const remote = call({ take: (value: unknown) => value });
    const at = { deep: () => {} };
    await assert.rejects(remote.take(at), { code: "validation", message: /"take".*cloned/ });
    assert.equal(await remote.take(1), 1);
  });

  test("rejects where the result cannot be sent", async () => {
    const remote = call({ make: () => ({ deep: () => {} }) });
    await assert.rejects(remote.make(), { code: "validation", message: /result of "make"/ });
  });

  test("on a remote that is awaited is not made", async () => {
    const remote = call({ add: () => 2 });
    const awaited: unknown = await (remote as unknown);
    assert.equal(awaited, remote);
    assert.equal(await remote.add(), 2);
  });
});

describe("callbacks", () => {
  test("are called by the far side, and answer it", async () => {
    const remote = call({
      async sum(items: number[], each: (item: number) => number | Promise<number>) {
        let sum = 0;
        for (const item of items) sum += await each(item);
        return sum;
      },
    });
    assert.equal(await remote.sum([1, 2, 3], (item) => item * 10), 60);
  });

  test("are released with the end of their call", async () => {
    let later: (() => unknown) | undefined;
    const remote = call({
      hold(callback: () => void) {
        later = callback;
      },
    });
    await remote.hold(() => {});
    await assert.rejects(later?.() as Promise<void>, { code: "validation" });
  });

  test("that are kept live until either side releases them", async () => {
    for (const side of ["near", "far"] as const) {
      let held: (() => unknown) | undefined;
      const remote = call({
        hold(callback: () => void) {
          held = callback;
        },
      });
      const callback = keep(() => "heard");
      await remote.hold(callback);
      assert.equal(await held?.(), "heard");
      release(side === "near" ? callback : (held as () => unknown));
      await assert.rejects(held?.() as Promise<void>, { code: "validation" });
    }
  });

  test("reject at the far side with what they throw", async () => {
    const remote = call({ ask: (callback: () => void) => callback() });
    const fail = () => {
      throw new TypeError("no");
    };
    await assert.rejects(remote.ask(fail), { name: "TypeError", message: "no" });
  });
});

describe("giving up", () => {
  test("an AbortSignal among the arguments ends the call and aborts at the far side", async () => {
    let far: AbortSignal | undefined;
    const remote = call({
      search(_query: string, signal: AbortSignal) {
        far = signal;
        return forever();
      },
    });
    const controller = new AbortController();
    const found = remote.search("x", controller.signal);
    while (!far) await turn();
    assert.equal(far.aborted, false);
    controller.abort(new Error("enough"));
    await assert.rejects(found, { message: "enough" });
    while (!far.aborted) await turn();
  });

  test("a call with a signal that is aborted is not made", async () => {
    let calls = 0;
    const remote = call({ count: (_signal: AbortSignal) => (calls += 1) });
    await assert.rejects(remote.count(AbortSignal.abort("gone")), (error) => error === "gone");
    await turn();
    assert.equal(calls, 0);
  });

  test("the signal of a remote ends it: the calls that wait, and later ones", async () => {
    const [near, far] = openPorts();
    let signals: AbortSignal[] = [];
    const api = {
      wait(signal: AbortSignal) {
        signals = [signal];
        return forever();
      },
      now: () => 1,
    };
    expose(api, far);
    const controller = new AbortController();
    const remote = wrap<typeof api>(near, { signal: controller.signal });
    const other = wrap<typeof api>(near);
    const waiting = remote.wait(new AbortController().signal);
    while (!signals[0]) await turn();
    controller.abort("over");
    await assert.rejects(waiting, (error) => error === "over");
    await assert.rejects(remote.now(), (error) => error === "over");
    assert.equal(await other.now(), 1);
    assert.equal(signals[0].aborted, true);
  });

  test("calls reject when the port closes, at either side, and later ones too", async () => {
    for (const closer of [0, 1]) {
      const pair = openPorts();
      expose({ forever }, pair[1]);
      const remote = wrap<{ forever(): void }>(pair[0]);
      const waiting = remote.forever();
      pair[closer]?.close();
      await assert.rejects(waiting, { code: "delivery" });
      await assert.rejects(remote.forever(), { code: "delivery" });
    }
  });

  test("what is no longer exposed cannot be called", async () => {
    const [near, far] = openPorts();
    const stop = expose({ now: () => 1 }, far);
    const remote = wrap<{ now(): number }>(near);
    assert.equal(await remote.now(), 1);
    stop();
    await assert.rejects(remote.now(), { code: "validation" });
  });
});

describe("transferables", () => {
  test("are moved with an argument and with a result", async () => {
    const made = new ArrayBuffer(16);
    const remote = call({
      size: (buffer: ArrayBuffer) => buffer.byteLength,
      make: () => transfer(made, [made]),
    });
    const buffer = new ArrayBuffer(8);
    assert.equal(await remote.size(transfer(buffer, [buffer])), 8);
    assert.equal(buffer.byteLength, 0);
    assert.equal((await remote.make()).byteLength, 16);
    assert.equal(made.byteLength, 0);
    const kept = new ArrayBuffer(8);
    assert.equal(await remote.size(kept), 8);
    assert.equal(kept.byteLength, 8);
  });
});

describe("a far side that is hostile", () => {
  const touched: string[] = [];
  class Api {
    own = () => "own";
    method() {
      touched.push("method");
    }
  }
  const api = Object.defineProperty(new Api(), "hidden", {
    value: () => touched.push("hidden"),
    enumerable: false,
  });

  test("can call own enumerable functions only", async () => {
    const [near, far] = openPorts();
    expose(api, far);
    const remote = wrap<Record<string, () => unknown>>(near);
    assert.equal(await remote["own"]?.(), "own");
    const paths = [
      "method",
      "hidden",
      "constructor",
      "__proto__",
      "__proto__.method",
      "constructor.constructor",
      "own.call",
      "own.constructor",
      "toString",
      "hasOwnProperty",
      "",
      "own.",
      "no.such.path",
    ];
    for (const path of paths) {
      await assert.rejects(remote[path]?.() as Promise<unknown>, { code: "validation" }, path);
    }
    assert.deepEqual(touched, []);
  });

  test("gets a refusal, or nothing, for frames that are malformed", async () => {
    const [near, far] = openPorts();
    expose({ own: (...args: unknown[]) => args.length }, far);
    const remote = wrap<{ own(...args: unknown[]): number }>(near);
    const no = { toString: 1, valueOf: 1 };
    const junk = [undefined, null, no, 0, -1, "own", [], [no], [[0, 1]], [[1e9, 1]], ["__proto__"]];
    for (const kind of [0, 1, 2, 3, 4, 5, 6, no, "0"]) {
      for (const one of junk) {
        for (const two of junk) near.postMessage([kind, one, two, two, one]);
        near.postMessage([kind, one, "own", [null], one]);
        near.postMessage([kind, one]);
      }
    }
    for (const data of [...junk, { length: 2 }, new Map()]) near.postMessage(data);
    assert.equal(await remote.own(1, 2), 2);
    assert.equal(({} as Record<string, unknown>)["1"], undefined);
  });

  test("cannot call a callback that was not given to it", async () => {
    const one = call({ hold: (_callback: () => void) => forever() });
    let called = 0;
    void one.hold(() => (called += 1)).catch(() => {});
    const [near, far] = openPorts();
    expose({}, far);
    const answers: unknown[] = [];
    near.onmessage = ({ data }) => answers.push(data[0]);
    for (let id = 0; id < 50; id += 1) near.postMessage([0, id, id, []]);
    while (answers.length < 50) await turn();
    assert.equal(called, 0);
    assert.deepEqual(new Set(answers), new Set([3]));
  });
});

test("works with a worker", async () => {
  const source = `
    import { parentPort } from "node:worker_threads";
    import { expose } from ${JSON.stringify(new URL("./expose.ts", import.meta.url).href)};
    expose({ double: (value) => value * 2 }, parentPort);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  // Node's Worker speaks as a browser's does, except for the names of its methods.
  const endpoint: Endpoint = {
    postMessage: (message, moved = []) => worker.postMessage(message, moved as never),
    addEventListener(type, listener) {
      worker.on(type, (data: unknown) => listener({ data } as MessageEvent));
    },
  };
  assert.equal(await wrap<{ double(value: number): number }>(endpoint).double(21), 42);
  await worker.terminate();
});
