/** A small shop's worth of traffic on a bus of its own, for the tests of the inspector. */

import { createBus } from "../../../event_bus/src/bus/create-bus.ts";
import { TopicRegistry } from "../../../event_bus/src/bus/registry.ts";
import type { SubscribeOptions } from "../../../event_bus/src/bus/types.ts";
import { completeMessage } from "../../../event_bus/src/envelope/complete.ts";
import type {
  CommandMessage,
  EventMessage,
  MessageBase,
} from "../../../event_bus/src/envelope/types.ts";
import { attachStateSync } from "../../../event_bus/src/state/attach-state-sync.ts";

const registry = new TopicRegistry();
registry.register({ messageName: "session:changed", allowedPublishers: ["shop"] });
registry.register({ messageName: "cart:state", allowedPublishers: ["shop"] });

const countAdded = {
  safeParse(data: unknown) {
    const { payload } = data as EventMessage<{ quantity?: unknown }>;
    return typeof payload?.quantity === "number" && payload.quantity > 0
      ? { success: true as const, data }
      : {
          success: false as const,
          error: {
            issues: [
              { path: ["payload", "quantity"], message: "must be a number above 0" },
              { path: ["payload", "sku"], message: "must be a text" },
            ],
          },
        };
  },
};

const bus = createBus({
  appId: "shop",
  registry,
  allowUnregisteredMessageNames: true,
  validators: { "cart:item-added": countAdded },
  dedupe: { enabled: true, windowMs: 60_000 },
  logLimit: 500,
});
const state = attachStateSync(bus, {
  enabled: true,
  initialSnapshots: {
    theme: { scheme: "system", density: "comfortable" },
    locale: { language: "en", currency: "EUR" },
  },
});

type Given = Record<string, unknown> & { source: string };

function publish(messageName: string, payload: unknown, given: Given): MessageBase {
  const kind = given["kind"] === undefined ? { kind: "event", eventKind: messageName } : {};
  const message = completeMessage({
    messageName,
    payload,
    ...kind,
    ...given,
  }) as unknown as MessageBase;
  bus.attemptPublish(message);
  return message;
}

let revision = 0;

const setState = (stateKey: string, payload: unknown, source = "shop"): MessageBase =>
  publish(stateKey, payload, {
    source,
    kind: "state",
    stateKey,
    operation: "replace",
    revision: (revision += 1),
  });

const as = (subscriberId: string): SubscribeOptions => ({ subscriberId });
const nothing = (): void => undefined;

bus.subscribe("cart:*", nothing, as("analytics"));
bus.subscribe("cart:item-added", nothing, as("Cart"));
bus.subscribe("cart:state", nothing, as("Cart"));
bus.subscribe("cart:state", nothing, as("MiniCart"));
bus.subscribe("theme", nothing, as("Cart"));
bus.subscribe("theme", nothing, as("Reviews"));
bus.subscribe("theme", nothing, as("Recommendations"));
bus.subscribe("session:changed", nothing, as("Cart"));
bus.respond("catalogue:find", () => ({ found: [{ sku: "mug-01", name: "Ash glaze mug" }] }), {
  subscriberId: "Catalogue",
});
bus.respond("checkout:start", () => ({ checkoutId: "c-1042" }), { subscriberId: "Checkout" });

const lines = [
  { sku: "mug-01", name: "Ash glaze mug", quantity: 2, price: { cents: 2400, currency: "EUR" } },
  { sku: "bowl-03", name: "Everyday bowl", quantity: 1, price: { cents: 2800, currency: "EUR" } },
];

async function ask(sku: string): Promise<void> {
  const query = completeMessage({
    messageName: "catalogue:find",
    kind: "query",
    queryName: "find",
    source: "Recommendations",
    payload: { text: sku, limit: 4 },
  });
  await bus.request(query as unknown as MessageBase).catch(nothing);
}

/** About thirty messages, as a visit makes them. */
async function visit(): Promise<void> {
  publish("page:ready", { path: "/products/ash-glaze-mug", fragments: 4 }, { source: "shop" });
  publish("session:changed", { userId: "u-77", name: "Ada" }, { source: "shop" });
  setState("theme", { scheme: "dark", density: "comfortable" });
  await ask("mug");
  for (const line of lines) {
    const added = publish("cart:item-added", line, { source: "Recommendations" });
    const changed = setState("cart:state", { lines, total: { cents: 7600, currency: "EUR" } });
    const because = { causationId: added.messageId, correlationId: added.messageId };
    publish("cart:changed", { count: 3 }, { source: "Cart", ...because });
    const { messageId: causationId } = changed;
    publish("analytics:tracked", { what: "add" }, { source: "analytics", causationId });
    await ask(line.sku);
  }
  publish("cart:item-added", { sku: "mug-01", quantity: 0 }, { source: "Recommendations" });
  publish("session:changed", { userId: "u-1", name: "Mallory" }, { source: "Reviews" });
  const twice = publish("reviews:opened", { sku: "mug-01", stars: 4.5 }, { source: "Reviews" });
  bus.attemptPublish(twice);
  const command = completeMessage({
    messageName: "checkout:start",
    kind: "command",
    commandName: "start",
    source: "Cart",
    target: "Checkout",
    payload: { lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) },
  });
  await bus.sendCommand(command as unknown as CommandMessage);
  const user = { userId: "u-77", displayName: "Ada", rolesForUi: ["customer"] };
  publish("user:context", user, { source: "shop", kind: "user-context" });
  setState("locale", { language: "de", currency: "EUR", numbers: { decimal: ",", group: "." } });
  for (const stars of [3, 5]) {
    const ids = Array.from({ length: 120 }, (_, id) => id);
    publish("reviews:sorted", { by: "rating", stars, ids }, { source: "Reviews" });
  }
  await ask("bowl");
}

/** Everything that is hard to show. */
function strange(): void {
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = circle;
  const map = new Map([["a", new Set([1])]]);
  const rare = { big: 1n, map, none: undefined, at: new Date(0), long: "x".repeat(9000) };
  publish("strange:types", rare, { source: "shop" });
  publish("strange:circle", circle, { source: "shop" });
  publish("strange:markup", "<img src=x onerror=alert(1)>", { source: "<b>shop</b>" });
  bus.attemptPublish(undefined as unknown as MessageBase);
  bus.attemptPublish({
    get messageName(): string {
      throw new Error("no name for you");
    },
  } as unknown as MessageBase);
}

Object.assign(window, {
  __TINY_BUS_DEV__: { bus, state },
  visit,
  strange,
  say: (name: string, payload: unknown = {}) => void publish(name, payload, { source: "shop" }),
  setState,
  leak: () => bus.subscribe("page:ready", nothing, as("Reviews")),
});
