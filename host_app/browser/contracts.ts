/**
 * The messages of the shop's pages: their kinds, versions and payloads. `host_app/contracts.json`
 * is made of them and committed; whoever changes one incompatibly raises its version.
 */

import { defineContracts, UserContextMessageSchema } from "../../event_bus/src/index.ts";
import type { FromSchema, PayloadsOf } from "../../event_bus/src/index.ts";

const id = { type: "string", minLength: 1, maxLength: 100 } as const;
const name = { type: "string", minLength: 1, maxLength: 200 } as const;
const cents = { type: "integer", minimum: 0, maximum: 100_000_000 } as const;
const pieces = { type: "integer", minimum: 1, maximum: 1000 } as const;

const cartItem = {
  type: "object",
  properties: { id, name, priceCents: cents, quantity: pieces },
  required: ["id", "name", "priceCents", "quantity"],
  additionalProperties: false,
} as const;

const cart = {
  type: "object",
  properties: { items: { type: "array", items: cartItem, maxItems: 200 } },
  required: ["items"],
  additionalProperties: false,
} as const;

const session = {
  type: "object",
  properties: {
    user: {
      anyOf: [
        {
          type: "object",
          properties: { id, name },
          required: ["id", "name"],
          additionalProperties: false,
        },
        { type: "null" },
      ],
    },
  },
  required: ["user"],
  additionalProperties: false,
} as const;

const preferences = {
  type: "object",
  properties: {
    theme: { enum: ["system", "light", "dark"] },
    locale: { enum: ["en", "de"] },
  },
  required: ["theme", "locale"],
  additionalProperties: false,
} as const;

const nothing = { type: "object", additionalProperties: false } as const;

const suggestion = {
  type: "object",
  properties: {
    product: {
      anyOf: [
        {
          type: "object",
          properties: { id, name, priceCents: cents, url: { type: "string", maxLength: 500 } },
          required: ["id", "name", "priceCents", "url"],
          additionalProperties: false,
        },
        { type: "null" },
      ],
    },
    goesWithId: { type: ["string", "null"] },
  },
  required: ["product", "goesWithId"],
  additionalProperties: false,
} as const;

export const contracts = defineContracts({
  "shop:cart": { kind: "state", version: 1, payload: cart },
  "shop:session": { kind: "state", version: 1, payload: session },
  "shop:preferences": { kind: "state", version: 1, payload: preferences },
  "cart:add": {
    kind: "command",
    version: 1,
    payload: cartItem,
    description: "Put these pieces into the cart. The host takes them, or says why not.",
  },
  "cart:set-quantity": {
    kind: "command",
    version: 1,
    payload: {
      type: "object",
      properties: { id, quantity: { type: "integer", minimum: 0, maximum: 1000 } },
      required: ["id", "quantity"],
      additionalProperties: false,
    },
    description: "Give a line of the cart its number of pieces; 0 removes it.",
  },
  "cart:item-added": {
    kind: "event",
    version: 1,
    payload: cartItem,
    description: "The host has put these pieces into the cart.",
  },
  "cart:saved": {
    kind: "event",
    version: 1,
    payload: cart,
    description: "The server keeps this cart; other tabs hear it too.",
  },
  "recommendations:ready": {
    kind: "event",
    version: 1,
    payload: nothing,
    description: "Recommendations answers queries from now on. Retained.",
  },
  "recommendations:for-cart": {
    kind: "query",
    version: 1,
    payload: {
      type: "object",
      properties: { itemIds: { type: "array", items: id, maxItems: 200 } },
      required: ["itemIds"],
      additionalProperties: false,
    },
    result: suggestion,
    description: "What goes well with these products?",
  },
});

/** The user context has a schema of the bus's own. */
export const validators = {
  ...contracts.validators,
  "user:context-updated": UserContextMessageSchema,
};

/** Payloads by message name. */
export type ShopPayloads = PayloadsOf<typeof contracts>;
export type CartItem = FromSchema<typeof cartItem>;
export type Cart = ShopPayloads["shop:cart"];
export type Session = ShopPayloads["shop:session"];
export type Preferences = ShopPayloads["shop:preferences"];
export type Locale = Preferences["locale"];
