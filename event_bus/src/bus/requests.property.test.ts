/** Whatever answers come in whichever order, a request settles exactly once, and as it should. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import { createEvent } from "../envelope/complete.ts";
import { event, openBus, query, settled } from "./bus.fixture.ts";

const TIMEOUT_MS = 100;
const ASKED = 3;

const which = fc.nat(ASKED - 1);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      to: which,
      source: fc.constantFrom("cart", "audit"),
      name: fc.constantFrom("cart:is", "other"),
      refusal: fc.boolean(),
      twice: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("repeat" as const), to: which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), to: which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("noise" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
);

for (const dispatch of ["microtask", "sync"] as const) {
  test(`requests settle exactly once, ${dispatch}`, async (context) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        async (steps, dedupe, dispose) => {
          context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
          const bus = openBus({ dispatch, dedupe: { enabled: dedupe, windowMs: 1e6 } });
          bus.subscribe("cart:size", () => undefined, { subscriberId: "cart" });
          bus.subscribe("cart:is", () => undefined, { subscriberId: "audit" });
          const asked = Array.from({ length: ASKED }, () => {
            const message = query("cart:size", { expectedResult: "cart:is" });
            const controller = new AbortController();
            const outcomes: string[] = [];
            bus.request(message, { timeoutMs: TIMEOUT_MS, signal: controller.signal }).then(
              ({ payload }) => outcomes.push(String(payload)),
              (error: { code?: unknown; name: string }) =>
                outcomes.push(String(error.code === 20 ? "abort" : error.code)),
            );
            return { message, controller, outcomes, wanted: undefined as string | undefined };
          });
          const expect = (which: number, outcome: string): void => {
            const one = asked[which] as (typeof asked)[number];
            one.wanted ??= outcome;
          };
          await settled();

          let now = 0;
          for (const [index, next] of steps.entries()) {
            if (next.do === "answer") {
              const { message } = asked[next.to] as (typeof asked)[number];
              const answer = createEvent(
                next.name,
                next.refusal ? { errorCode: "unknown", message: "no" } : index,
                {
                  source: next.source,
                  causationId: message.messageId,
                  eventKind: next.refusal ? "nack" : "result",
                },
              );
              for (let times = next.twice ? 2 : 1; times > 0; times -= 1) bus.publish(answer);
              if (next.source === "cart" && next.refusal) expect(next.to, "unknown");
              else if (next.source === "cart" && next.name === "cart:is") {
                expect(next.to, String(index));
              }
              // So that what is expected does not hang on whether a queue is empty.
              await settled();
            } else if (next.do === "repeat") {
              const { message, wanted } = asked[next.to] as (typeof asked)[number];
              const again = bus.request(message, 1).catch((error: { code: string }) => error.code);
              if (dedupe || wanted === undefined) assert.equal(await again, "dedupe");
              else {
                context.mock.timers.tick(1);
                now += 1;
                await again;
              }
            } else if (next.do === "wait") {
              context.mock.timers.tick(next.ms);
              now += next.ms;
              await settled();
            } else if (next.do === "abort") {
              expect(next.to, "abort");
              (asked[next.to] as (typeof asked)[number]).controller.abort();
            } else if (next.do === "noise") bus.publish(event("cart:is"));
            else await settled();
            if (now >= TIMEOUT_MS) for (let at = 0; at < ASKED; at += 1) expect(at, "timeout");
          }
          for (let at = 0; at < ASKED; at += 1) expect(at, dispose ? "delivery" : "timeout");
          if (dispose) bus.dispose();
          context.mock.timers.tick(TIMEOUT_MS);
          await settled();
          assert.deepEqual(
            asked.map(({ outcomes }) => outcomes),
            asked.map(({ wanted }) => [wanted]),
          );
          bus.dispose();
          context.mock.timers.reset();
        },
      ),
      { numRuns: 200 },
    );
  });
}
