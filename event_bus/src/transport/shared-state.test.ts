import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";

import { TopicRegistry } from "../bus/registry.ts";
import type { StateSyncAttachOptions, StateSyncCoordinator } from "../state/types.ts";
import { change, flushTabs, joinPair, joinTabs, openSide, withState } from "./lines.fixture.ts";
import type { Side, Tab } from "./lines.fixture.ts";

type Sharing = Side & { readonly state: StateSyncCoordinator };

function sharing(appId: string, options: Parameters<typeof openSide>[1] = {}): Sharing {
  const side = openSide(appId, options);
  return { ...side, state: withState(side) };
}

/** As a store does it: one revision above the current one. */
function set({ bus, state }: Sharing, key: string, value: unknown, more: object = {}): void {
  const revision = (state.getEntry(key)?.revision ?? -1) + 1;
  bus.publish(change(key, bus.defaultSubscriberId, revision, value, more));
}

describe("state between a page and its frame", () => {
  test("a frame that connects has the values, and those that were never changed too", () => {
    const host = openSide("shop");
    const state = withState(host, { initialSnapshots: { theme: "dark" } });
    host.bus.publish(change("cart", "cart", 3, { lines: 1 }));
    const child = sharing("widget");
    const pair = joinPair(host, child, "widget", { state }, { state: child.state });
    pair.flush();
    assert.equal(child.state.getSnapshot("theme"), "dark");
    assert.deepEqual(child.state.getSnapshot("cart"), { lines: 1 });
  });

  test("a value that the frame may not read is not sent, nor told when it tries a change", () => {
    const registry = new TopicRegistry();
    const only = ["shop"];
    registry.register({ messageName: "secret", allowedSubscribers: only, allowedPublishers: only });
    const host = sharing("shop", { registry });
    set(host, "secret", "s3cret");
    const child = sharing("widget");
    const pair = joinPair(host, child, "widget", { state: host.state }, { state: child.state });
    child.bus.publish(change("secret", "widget", 0, "guess"));
    pair.flush();
    assert.equal(child.state.getSnapshot("secret"), "guess");
    assert.equal(host.state.getSnapshot("secret"), "s3cret");
  });

  test("a change that the page refuses is corrected in the frame, more than once", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "cart", allowedPublishers: ["shop"] });
    const host = sharing("shop", { registry });
    set(host, "cart", 1);
    const child = sharing("widget", { dedupe: { enabled: true, windowMs: 60_000 } });
    const pair = joinPair(host, child, "widget", { state: host.state }, { state: child.state });
    for (const attempt of [99, 100]) {
      set(child, "cart", attempt);
      pair.flush();
      assert.deepEqual([host.state.getSnapshot("cart"), child.state.getSnapshot("cart")], [1, 1]);
    }
    set(child, "cart:unknown", 1);
    pair.flush();
    assert.equal(host.state.getSnapshot("cart:unknown"), 1);
  });

  test("a key that the page has not and does not take is removed in the frame", () => {
    const registry = new TopicRegistry();
    registry.register({ messageName: "cart", allowedPublishers: ["shop"] });
    const host = sharing("shop", { registry });
    const child = sharing("widget");
    const pair = joinPair(host, child, "widget", { state: host.state }, { state: child.state });
    set(child, "cart", 1);
    pair.flush();
    assert.equal(child.state.getRevision("cart"), undefined);
  });

  test("of two changes at once one counts, and both go on from there", () => {
    const host = sharing("shop");
    const child = sharing("widget");
    const pair = joinPair(host, child, "widget", { state: host.state }, { state: child.state });
    const values = () => [host.state.getSnapshot("cart"), child.state.getSnapshot("cart")];
    const id = (digit: string) => ({ messageId: `${digit.repeat(8)}-1111-4111-8111-111111111111` });
    for (const [page, frame] of [["1", "2"], ["4", "3"]] as const) {
      set(host, "cart", page, id(page));
      set(child, "cart", frame, id(frame));
      pair.flush();
      const winner = page > frame ? page : frame;
      assert.deepEqual(values(), [winner, winner]);
    }
    set(child, "cart", "frame again");
    pair.flush();
    assert.deepEqual(values(), ["frame again", "frame again"]);
    set(host, "cart", "page again");
    pair.flush();
    assert.deepEqual(values(), ["page again", "page again"]);
  });
});

describe("state between tabs", () => {
  test("a late tab gets the values", () => {
    const early = sharing("shop");
    set(early, "session", { user: "Ada" });
    const late = sharing("shop");
    const tabs = joinTabs([early, late]);
    (tabs[0] as Tab).relay.sendState();
    flushTabs(tabs);
    assert.deepEqual(late.state.getSnapshot("session"), { user: "Ada" });
    assert.equal(late.state.getRevision("session"), 0);
  });

  test("a tab that was away hears that its value is old", () => {
    const sides = [sharing("shop"), sharing("shop")] as [Sharing, Sharing];
    const [one, two] = sides;
    for (const value of [1, 2, 3]) set(one, "cart", value);
    const tabs = joinTabs(sides);
    set(two, "cart", "old");
    flushTabs(tabs);
    assert.equal(two.state.getSnapshot("cart"), 3);
  });
});

const keys = ["cart", "theme"];
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("change" as const),
      who: fc.nat(2),
      key: fc.constantFrom(...keys),
      how: fc.constantFrom("replace", "patch", "remove", "reset"),
    }),
    fc.record({ do: fc.constant("deliver" as const), wire: fc.nat(5) }),
  ),
  { maxLength: 40 },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

for (const conflictStrategy of ["last-writer-wins", "reject-if-stale"] as const) {
  describe(`shared state, ${conflictStrategy}, whatever is changed when`, () => {
    const options: Partial<StateSyncAttachOptions> = { conflictStrategy };
    const open = (name: string): Sharing => {
      const side = openSide(name);
      return { ...side, state: withState(side, options) };
    };

    function run(sides: readonly Sharing[], plan: readonly Step[], deliver: (n: number) => void) {
      const revisions = new Map<string, number>();
      let count = 0;
      for (const step of plan) {
        count += 1;
        if (step.do === "deliver") deliver(step.wire);
        else {
          const side = sides[step.who % sides.length] as Sharing;
          set(side, step.key, { [`n${count % 3}`]: count }, { operation: step.how });
        }
        sides.forEach(({ state }, index) => {
          for (const each of keys) {
            const revision = state.getEntry(each)?.revision ?? -1;
            assert.ok(revision >= (revisions.get(`${index}${each}`) ?? -1));
            revisions.set(`${index}${each}`, revision);
          }
        });
      }
    }

    test("all tabs come to agree, and no revision goes back", () => {
      fc.assert(
        fc.property(steps, (plan) => {
          const sides = [open("shop"), open("shop"), open("shop")];
          const tabs = joinTabs(sides);
          const wires = tabs.flatMap((tab) => tab.wires);
          run(sides, plan, (wire) => wires[wire]?.deliverOne());
          flushTabs(tabs);
          for (const key of keys) {
            const [first, ...others] = sides.map(({ state }) => state.getEntry(key));
            for (const other of others) {
              assert.deepEqual(other?.value, first?.value);
              assert.equal(other?.revision, first?.revision);
            }
          }
        }),
        { numRuns: 300 },
      );
    });

    test("a page and its frame come to agree, and no revision goes back", () => {
      fc.assert(
        fc.property(steps, (plan) => {
          const host = open("shop");
          const child = open("widget");
          const options = [{ state: host.state }, { state: child.state }] as const;
          const pair = joinPair(host, child, "widget", ...options);
          const relays = [
            () => pair.childRelay.receive(pair.toChild.shift() as never),
            () => pair.hostRelay.receive(pair.toHost.shift() as never),
          ];
          run([host, child], plan, (wire) => {
            const queue = wire % 2 === 0 ? pair.toChild : pair.toHost;
            if (queue.length > 0) relays[wire % 2]?.();
          });
          pair.flush();
          for (const key of keys) {
            assert.deepEqual(child.state.getSnapshot(key), host.state.getSnapshot(key));
          }
        }),
        { numRuns: 300 },
      );
    });
  });
}
