// @vitest-environment node
import * as React from "react";
import * as jsxRuntime from "react/jsx-runtime";
import { renderToString } from "react-dom/server";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { name } from "../tiny.json";

const deps: Record<string, unknown> = { react: React, "react/jsx-runtime": jsxRuntime };
let script = "";
let files: string[] = [];

beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production");
  const outputs = (await build({ logLevel: "error", build: { write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const output = [outputs].flat().flatMap((part) => part.output);
  files = output.map(({ fileName }) => fileName);
  script = output.find((file) => file.type === "chunk")?.code ?? "";
});

afterAll(() => vi.unstubAllEnvs());

test("there is one script and one stylesheet", () => {
  expect(files.sort()).toEqual([`${name}.css`, `${name}.umd.js`]);
});

test("as a plain script it registers under its name, with the page's modules", () => {
  const page: Record<string, unknown> = { tinyFrontendDeps: deps };
  new Function("globalThis", "self", "define", "exports", "module", "require", script).call(
    page,
    page,
    page,
  );
  const registered = page["tinyFrontendExports"] as Record<string, React.FunctionComponent>;
  const component = registered[name];
  if (!component) throw new Error(`registered: ${Object.keys(registered)}`);
  expect(renderToString(React.createElement(component))).toContain("Your cart is empty");
});

test("an AMD loader gets the modules by name and the component as the answer", () => {
  const calls: [string[], (...modules: unknown[]) => unknown][] = [];
  const define = Object.assign((...call: (typeof calls)[0]) => calls.push(call), { amd: {} });
  new Function("define", "exports", "module", script)(define);
  expect(calls).toHaveLength(1);
  const [asked, factory] = calls[0] ?? [[], () => undefined];
  expect(asked.every((id) => id in deps)).toBe(true);
  expect(factory(...asked.map((id) => deps[id]))).toBeTypeOf("function");
});

test("nothing of a development build is left in it", () => {
  expect(script).not.toMatch(/process\.env|jsxDEV|import\.meta/);
});
