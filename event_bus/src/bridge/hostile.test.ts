/** A fragment that tries everything: none of it succeeds, and each attempt is seen by the host. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { createBus } from "../bus/create-bus.ts";
import { TopicRegistry } from "../bus/registry.ts";
import type { Bus } from "../bus/types.ts";
import { createEvent } from "../envelope/complete.ts";
import type { Message, Nack } from "../envelope/types.ts";
import { generateAccessToken } from "./access-token.ts";
import { createHostBridge } from "./create-host-bridge.ts";
import type { Connector, FragmentHandle, MfeBridgeHandle } from "./types.ts";

const page = globalThis as { __MFE_BRIDGE__?: MfeBridgeHandle | undefined };
const accessToken = generateAccessToken();
const UNAUTHORIZED = { code: "unauthorized" };
const QUEUE_LIMIT = 1000;

let bus: Bus;
let bridge: MfeBridgeHandle;
let connector: Connector;
let evil: FragmentHandle;
/** What the host's observability adapter was told. */
let seen: string[];
/** What everybody else of the page received. */
let delivered: Message[];

beforeEach(() => {
  seen = [];
  delivered = [];
  const registry = new TopicRegistry();
  registry.register({
    messageName: "shop:session",
    allowedPublishers: ["shop"],
    allowedSubscribers: ["shop", "Account"],
  });
  registry.register({ messageName: "shop:theme", allowedPublishers: ["shop"] });
  bus = createBus({
    appId: "shop",
    allowUnregisteredMessageNames: true,
    registry,
    retain: { "shop:session": 1 },
    queue: { limit: QUEUE_LIMIT },
    onSubscriberError: () => undefined,
    observability: {
      onReject: (error) => seen.push(error.code),
      onError(error, context) {
        // A rejected message is in onReject.
        if (context !== "dispatch") seen.push(`${context} ${(error as { code: string }).code}`);
      },
    },
  });
  const stateSync = {
    enabled: true,
    initialSnapshots: { "shop:session": { id: "s1" }, "shop:theme": { dark: false } },
  };
  bridge = createHostBridge({ appId: "shop", bus, accessToken, stateSync });
  connector = bridge.takeConnector();
  evil = connector.connect("Evil");
  bus.subscribe("**", (message) => delivered.push(message), { subscriberId: "Spectator" });
});

afterEach(() => {
  if (!bridge.disposed) bridge.dispose(accessToken);
});

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const session = (): Message => createEvent("shop:session", { id: "s1" }, { source: "shop" });

function refused(result: unknown, code: string): void {
  assert.equal((result as Nack).accepted, false);
  assert.equal((result as Nack).errorCode, code);
}

describe("a hostile fragment does not speak for another", () => {
  test("by its options, its payload, or getters in them", async () => {
    const posing = { source: "shop", appId: "shop", kind: "state", messageName: "shop:theme" };
    refused(evil.publish("evil:says", posing, posing as object), "validation");
    const { source, kind, messageName } = posing;
    evil.publish("evil:says", posing, { source, kind, messageName, payload: 1 } as object);
    evil.publish("evil:says", {}, Object.create(posing) as object);
    await turn();
    assert.deepEqual(
      delivered.map((message) => [message.source, message.messageName, message.kind]),
      [
        ["Evil", "evil:says", "event"],
        ["Evil", "evil:says", "event"],
      ],
    );
  });

  test("by changing Object.prototype", async () => {
    const loot: Message[] = [];
    const polluted = Object.prototype as { source?: unknown; subscriberId?: unknown };
    polluted.source = "shop";
    polluted.subscriberId = "Account";
    try {
      evil.subscribe("x", (message) => loot.push(message));
      evil.publish("evil:says", {});
      assert.equal(evil.publish("shop:theme", {}).accepted, false);
    } finally {
      delete polluted.source;
      delete polluted.subscriberId;
    }
    bus.publish(createEvent("x", {}, { source: "shop", target: "Account" }));
    evil.publish("evil:says", {});
    await turn();
    assert.deepEqual(loot, []);
    assert.deepEqual(new Set(delivered.map(({ source }) => source)), new Set(["Evil"]));
    assert.equal(seen.length > 0, true);
  });

  test("by publishing what only another may", async () => {
    refused(evil.publish("shop:theme", { dark: true }), "unauthorized");
    refused(await evil.command("shop:theme"), "unauthorized");
    await assert.rejects(evil.request("shop:theme"), UNAUTHORIZED);
    await turn();
    assert.deepEqual(delivered, []);
    assert.deepEqual(seen, ["unauthorized", "unauthorized", "unauthorized"]);
  });

  test("by changing its handle or the connector", () => {
    for (const change of [{ name: "shop" }, { publish: () => 1 }]) {
      assert.throws(() => Object.assign(evil, change), TypeError);
    }
    assert.throws(() => Object.assign(connector, { connect: () => evil }), TypeError);
    assert.throws(() => Object.setPrototypeOf(evil, {}), TypeError);
  });

  test("by answering a question that another was asked", async () => {
    const account = connector.connect("Account");
    account.respond("account:name", async () => {
      await turn();
      return "Ann";
    });
    evil.observe(({ messageId, kind, source }) => {
      if (kind !== "query") return;
      const answer = { causationId: messageId, target: source, eventKind: "result" };
      evil.publish("account:name:result", "Mallory", answer);
    });
    assert.equal(await connector.connect("Cart").request("account:name"), "Ann");
  });
});

describe("a hostile fragment does not become another", () => {
  test("with a forged token", () => {
    for (const token of [generateAccessToken(), accessToken, "", "constructor"]) {
      assert.throws(() => bridge.connect("Account", token), UNAUTHORIZED);
    }
    assert.deepEqual(seen, new Array(4).fill("bridge unauthorized"));
  });

  test("with a replayed token, or with its own under another name", () => {
    const used = connector.issueToken("Account");
    bridge.connect("Account", used);
    assert.throws(() => bridge.connect("Account", used), UNAUTHORIZED);
    assert.throws(() => bridge.connect("Account", connector.issueToken("Evil")), UNAUTHORIZED);
    assert.deepEqual(seen, ["bridge unauthorized", "bridge unauthorized"]);
  });

  test("with a token that reads differently each time", () => {
    const token = connector.issueToken("Evil");
    const texts = [token, "another", token];
    const twice = { toString: () => texts.shift() } as unknown as string;
    assert.equal(bridge.connect("Evil", twice).name, "Evil");
    assert.throws(() => bridge.connect("Evil", token), UNAUTHORIZED);
  });

  test("by taking the connector", () => {
    assert.throws(() => page.__MFE_BRIDGE__?.takeConnector(), UNAUTHORIZED);
    assert.deepEqual(seen, ["bridge unauthorized"]);
  });

  test("by replacing the bridge", () => {
    const fake = { ...bridge, disposed: false, takeConnector: () => connector };
    assert.throws(() => (page.__MFE_BRIDGE__ = fake), { code: "conflict" });
    assert.throws(() => Object.defineProperty(page, "__MFE_BRIDGE__", { value: fake }), TypeError);
    assert.throws(() => Object.assign(bridge, { getBus: () => bus }), TypeError);
    const own = createBus({ appId: "evil" });
    const replace = { appId: "evil", bus: own, onConflict: "replace" } as const;
    assert.throws(() => createHostBridge(replace), UNAUTHORIZED);
    assert.throws(() => bridge.dispose(), UNAUTHORIZED);
    assert.equal(page.__MFE_BRIDGE__, bridge);
    assert.deepEqual(seen, ["bridge unauthorized", "bridge unauthorized"]);
  });

  test("by the bridge, which gives nothing without its token", () => {
    assert.throws(() => bridge.getBus(), UNAUTHORIZED);
    const message = createEvent("shop:theme", {}, { source: "shop" });
    refused(bridge.tryPublish(message), "unauthorized");
    assert.throws(() => bridge.getSnapshot?.("shop:session"), UNAUTHORIZED);
    assert.deepEqual(seen, new Array(3).fill("bridge unauthorized"));
  });

  test("by watching the built-in collections for handles and tokens", () => {
    const loot: unknown[] = [];
    const spies = [
      [Map.prototype, "set"],
      [Map.prototype, "get"],
      [Map.prototype, "delete"],
      [Set.prototype, "add"],
      [WeakMap.prototype, "set"],
      [Array.prototype, "push"],
    ] as const;
    const originals = spies.map(([prototype, method]) => (prototype as never)[method] as Function);
    spies.forEach(([prototype, method], index) => {
      (prototype as unknown as Record<string, unknown>)[method] = function (
        this: unknown,
        ...given: unknown[]
      ): unknown {
        loot[loot.length] = given;
        return Reflect.apply(originals[index] as Function, this, given);
      };
    });
    let token: string;
    let account: FragmentHandle;
    try {
      token = connector.issueToken("Account");
      account = bridge.connect("Account", token);
    } finally {
      spies.forEach(([prototype, method], index) => {
        (prototype as unknown as Record<string, unknown>)[method] = originals[index];
      });
    }
    const found = (loot as unknown[][]).flat();
    assert.equal(found.includes(token), false);
    assert.equal(found.includes(account), false);
    assert.equal(found.includes(bus), false);
  });

  test("by a handle that was revoked", async () => {
    const atom = evil.atom("evil:state");
    const { signal } = new AbortController();
    evil.subscribe("a", (message) => delivered.push(message), { signal });
    const boom = {
      get(): never {
        throw new Error("gotcha");
      },
    };
    for (const member of ["aborted", "removeEventListener"]) {
      Object.defineProperty(signal, member, boom);
    }
    const fake = { addEventListener: () => 1, removeEventListener: boom.get } as never;
    assert.throws(() => evil.subscribe("a", () => 1, { signal: fake }), TypeError);
    connector.revoke("Evil");
    assert.throws(() => Object.defineProperty(evil.signal, "aborted", { value: false }), TypeError);
    refused(evil.publish("evil:says", {}), "unauthorized");
    assert.throws(() => evil.subscribe("a", () => 1), UNAUTHORIZED);
    assert.throws(() => atom.set(1), UNAUTHORIZED);
    assert.equal(bus.subscriptions().get("Evil") ?? 0, 0);
    await turn();
    assert.deepEqual(delivered, []);
  });
});

describe("a hostile fragment does not read past its rights", () => {
  const loot: unknown[] = [];
  beforeEach(() => (loot.length = 0));
  const steal = (given: unknown): number => loot.push(given);

  test("by subscribing, by a stream, or by answering", () => {
    assert.throws(() => evil.subscribe("shop:session", steal), UNAUTHORIZED);
    assert.throws(() => evil.messages("shop:session"), UNAUTHORIZED);
    assert.throws(() => evil.respond("shop:session", steal), UNAUTHORIZED);
    assert.deepEqual(seen, new Array(3).fill("bridge unauthorized"));
  });

  test("by a pattern or by observing, now or from what is retained", async () => {
    bus.publish(session());
    await turn();
    for (const pattern of ["**", "*:session", "shop:*", "shop:**"]) evil.subscribe(pattern, steal);
    evil.observe(steal);
    bus.publish(session());
    bus.publish(createEvent("private", {}, { source: "shop", target: "Account" }));
    await turn();
    assert.deepEqual(loot, []);
  });

  test("by a snapshot or a store", () => {
    assert.throws(() => evil.getSnapshot("shop:session"), UNAUTHORIZED);
    assert.throws(() => evil.atom("shop:session").get(), UNAUTHORIZED);
    assert.throws(() => evil.map("shop:session").subscribe(steal), UNAUTHORIZED);
    assert.throws(() => evil.map("shop:session").getPath("id"), UNAUTHORIZED);
    assert.deepEqual(loot, []);
    assert.equal(seen.length, 4);
    assert.equal(connector.connect("Account").map<{ id: string }>("shop:session").get().id, "s1");
  });
});

describe("a hostile fragment does not harm the page's state", () => {
  test("by setting what belongs to another", () => {
    assert.throws(() => evil.atom("shop:theme").set({ dark: true }), UNAUTHORIZED);
    assert.deepEqual(bridge.getSnapshot?.("shop:theme", accessToken), { dark: false });
    assert.deepEqual(seen, ["unauthorized"]);
  });

  test("by a patch that reaches for a prototype", () => {
    const named = ['{"__proto__": {"hacked": 1}}', '{"constructor": {"prototype": {"hacked": 1}}}'];
    for (const patch of named) {
      const store = evil.map<Record<string, unknown>>("evil:state", {});
      assert.throws(() => store.setPath("__proto__.hacked", 1));
      assert.throws(() => store.setPath("constructor.prototype.hacked", 1));
      try {
        store.set(JSON.parse(patch) as Record<string, unknown>);
        store.setKey("a", JSON.parse(patch));
      } catch {
        // Refused: as good.
      }
    }
    assert.equal(({} as { hacked?: number }).hacked, undefined);
    assert.equal((Object as { hacked?: number }).hacked, undefined);
  });

  test("by changing what it was given", () => {
    const theme = evil.getSnapshot<{ dark: boolean }>("shop:theme")!;
    assert.throws(() => (theme.dark = true), TypeError);
    assert.deepEqual(bridge.getSnapshot?.("shop:theme", accessToken), { dark: false });
  });
});

describe("a hostile fragment does not stop the page", () => {
  test("by a flood: the queue takes so many and refuses the rest", async () => {
    let taken = 0;
    for (let index = 0; index < 2 * QUEUE_LIMIT; index += 1) {
      if (evil.publish("evil:flood", index).accepted) taken += 1;
    }
    assert.equal(taken, QUEUE_LIMIT);
    assert.deepEqual(new Set(seen), new Set(["delivery"]));
    assert.equal(seen.length, QUEUE_LIMIT);
    await turn();
    delivered.length = 0;
    assert.equal(connector.connect("Account").publish("a", {}).accepted, true);
    await turn();
    assert.equal(delivered.length, 1);
  });

  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const deep = JSON.parse("[".repeat(1000) + "]".repeat(1000)) as unknown;
  const throwing = {
    get id(): never {
      throw new Error("gotcha");
    },
  };
  const ownKeys = (): never => {
    throw new Error("gotcha");
  };
  const proxy = new Proxy({}, { ownKeys });
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const unspeakable = {
    get id(): never {
      throw { toString: () => 1, message: Object.create(null) as unknown };
    },
  };
  const payloads = { cyclic, deep, throwing, proxy, revoked, unspeakable };
  for (const [what, payload] of Object.entries(payloads)) {
    test(`by a payload that is ${what}: it is answered with a Nack`, async () => {
      refused(evil.publish("evil:says", payload), "validation");
      refused(await evil.command("evil:says", payload), "validation");
      await assert.rejects(evil.request("evil:says", payload));
      assert.throws(() => evil.atom("evil:state").set(payload));
      await turn();
      assert.deepEqual(delivered, []);
    });
  }

  test("by options that throw", async () => {
    const options = {
      get target(): never {
        throw new Error("gotcha");
      },
      get signal(): never {
        throw new Error("gotcha");
      },
    };
    refused(evil.publish("evil:says", {}, options), "validation");
    refused(await evil.command("evil:says", {}, options), "validation");
    await assert.rejects(evil.request("evil:says", {}, options), /gotcha/);
    assert.throws(() => evil.subscribe("a", () => 1, options), /gotcha/);
    await turn();
    assert.deepEqual(delivered, []);
  });

  test("by handlers that throw: the others receive", async () => {
    const boom = (): never => {
      throw new Error("boom");
    };
    evil.subscribe("a", boom);
    evil.observe(boom);
    bus.publish(createEvent("a", {}, { source: "shop" }));
    await turn();
    assert.equal(delivered.length, 1);
    assert.equal(seen.length, 2);
  });
});
