/** Whatever happens in whichever order, late joiners get each message exactly once and in order. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import type { EventMessage } from "../envelope/types.ts";
import { event, openBus, settled } from "./bus.fixture.ts";
import { matches } from "./patterns.ts";
import type { Bus } from "./types.ts";

const NAMES = ["a:x", "a:y", "b:x"] as const;
const RETAIN = { "a:*": 3, "b:x": 1 } as const;
const PATTERNS = [...NAMES, "a:*", "*:x", "**"] as const;
const limitOf = (name: string): number => (name === "b:x" ? 1 : 3);

type Step =
  | { readonly do: "publish"; readonly name: string; readonly echo: string | undefined }
  | { readonly do: "subscribe"; readonly pattern: string; readonly replay: number | undefined }
  | { readonly do: "unsubscribe"; readonly which: number }
  | { readonly do: "turn" };

const publishing = fc.record({
  do: fc.constant("publish" as const),
  name: fc.constantFrom(...NAMES),
  echo: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
});
const subscribing = fc.record({
  do: fc.constant("subscribe" as const),
  pattern: fc.constantFrom(...PATTERNS),
  replay: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});
const unsubscribing = fc.record({ do: fc.constant("unsubscribe" as const), which: fc.nat(9) });
const turning = fc.record({ do: fc.constant("turn" as const) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: publishing },
  { weight: 3, arbitrary: subscribing },
  { weight: 1, arbitrary: unsubscribing },
  { weight: 1, arbitrary: turning },
);

interface Joiner {
  readonly pattern: string;
  readonly replay: number;
  readonly received: number[];
  /** How many messages were published before it came. */
  readonly from: number;
  /** How many it may have at most, where it has left. */
  until: number;
  off: () => void;
}

interface Sent {
  readonly name: string;
  readonly number: number;
}

/** Each name's last ones from before the subscription, in order, then all that came after. */
function expected({ pattern, replay, from, until }: Joiner, sent: readonly Sent[]): number[] {
  const mine = sent.filter(({ name }) => matches(pattern, name));
  const before = mine.filter(({ number }) => number < from);
  const kept = NAMES.flatMap((name) => {
    const own = before.filter((other) => other.name === name);
    return own.slice(Math.max(0, own.length - Math.min(limitOf(name), replay)));
  });
  return [...kept, ...mine.filter(({ number }) => number >= from)]
    .map(({ number }) => number)
    .sort((one, other) => one - other)
    .filter((number) => number < until);
}

function join(bus: Bus, sent: readonly Sent[], pattern: string, replay = Infinity): Joiner {
  const received: number[] = [];
  const joiner: Joiner = {
    pattern,
    replay,
    received,
    from: sent.length,
    until: Infinity,
    off: () => undefined,
  };
  joiner.off = bus.subscribe<EventMessage<number>>(
    pattern,
    ({ payload }) => received.push(payload),
    { replay },
  );
  return joiner;
}

for (const dispatch of ["microtask", "sync"] as const) {
  test(`late joiners get each message exactly once and in order, ${dispatch}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const bus = openBus({ dispatch, retain: RETAIN });
        const sent: Sent[] = [];
        const joiners: Joiner[] = [];
        const gone: Joiner[] = [];
        const echoes = new Map<number, string>();
        const publish = (name: string): number => {
          const number = sent.length;
          sent.push({ name, number });
          bus.publish(event(name, number));
          return number;
        };
        // Publishes from inside a delivery, and joins there too.
        bus.observeAll((message) => {
          const number = message.payload as number;
          const echo = echoes.get(number);
          if (echo === undefined) return;
          publish(echo);
          joiners.push(join(bus, sent, "**"));
        });

        for (const next of steps) {
          if (next.do === "publish") {
            if (next.echo !== undefined) echoes.set(sent.length, next.echo);
            publish(next.name);
          } else if (next.do === "subscribe") {
            joiners.push(join(bus, sent, next.pattern, next.replay));
          } else if (next.do === "unsubscribe") {
            const [joiner] = joiners.splice(next.which, 1);
            joiner?.off();
            if (joiner !== undefined) gone.push(joiner);
            if (joiner !== undefined) joiner.until = joiner.received.length;
          } else await settled();
        }
        await settled();
        for (const joiner of joiners) assert.deepEqual(joiner.received, expected(joiner, sent));
        for (const joiner of gone) {
          const count = joiner.until;
          assert.equal(joiner.received.length, count, "nothing comes after the end");
          joiner.until = Infinity;
          assert.deepEqual(joiner.received, expected(joiner, sent).slice(0, count));
        }
        bus.dispose();
      }),
      { numRuns: 300 },
    );
  });
}
