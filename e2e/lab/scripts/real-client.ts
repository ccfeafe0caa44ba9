// What every page with the real client does: load Cart with the page's own React.
import { loadTinyFrontendClient } from "@tiny-frontend/client";
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import type { ComponentType } from "react";

export type Cart = ComponentType<Record<string, unknown>>;

export const tinyApiEndpoint = document
  .querySelector("script[data-api]")
  ?.getAttribute("data-api") as string;

export function loadCart(): Promise<Cart> {
  return loadTinyFrontendClient({
    name: "Cart",
    contractVersion: "1.0.0",
    tinyApiEndpoint,
    dependenciesMap: { react: React, "react/jsx-runtime": jsxRuntime },
  }) as Promise<Cart>;
}
