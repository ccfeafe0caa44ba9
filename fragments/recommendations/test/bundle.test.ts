// @vitest-environment node
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test } from "vitest";
import { name } from "../tiny.json";

let script = "";
let files: string[] = [];

beforeAll(async () => {
  const outputs = (await build({ logLevel: "error", build: { write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[];
  const output = [outputs].flat().flatMap((part) => part.output);
  files = output.map(({ fileName }) => fileName);
  script = output.find((file) => file.type === "chunk")?.code ?? "";
});

test("there is one script and one stylesheet", () => {
  expect(files.sort()).toEqual([`${name}.css`, `${name}.umd.js`]);
});

test("as a plain script it registers render and mount under its name", () => {
  const page: Record<string, unknown> = {};
  new Function("globalThis", "self", "define", "exports", "module", script).call(page, page, page);
  const registered = page["tinyFrontendExports"] as Record<string, Record<string, unknown>>;
  expect(Object.keys(registered)).toEqual([name]);
  const { render, mount } = registered[name] ?? {};
  expect(mount).toBeTypeOf("function");
  expect((render as (props: object) => string)({ heading: "Hello" })).toContain("Hello");
});
